export { imageLooks } from './clean/node/image-looks.js';
export { type ConvertOptions, convertFiles } from './convert/node/convert-files.js';
export { imageReader, insideRoot, withImageFiles } from './convert/node/image-files.js';
export { type SplitKey, type SplitOptions, splitFiles } from './convert/node/split-files.js';
export { LineIndex } from './mix/node/line-index.js';
export { type MixedRow, type MixtureFile, type OpenMixture, openMixture } from './mix/node/mix-files.js';
export { besideOrHere } from './node/beside-or-here.js';
export { type DataFileOptions, dataFiles, type OpenDataFile } from './node/data-files.js';
export { fileSource } from './node/file-source.js';
export { glob } from './node/glob.js';
export { type OpenOptions, openSource, openSources } from './node/open-source.js';
export { pairs } from './node/pairs.js';
export { type S3Options, s3List, s3Source } from './node/s3-source.js';
export { imageDigests } from './pairing/node/image-digests.js';
export { type ImageFolderOptions, imageFolder } from './rules/node/image-folder.js';
export { LineFile } from './rules/node/line-file.js';
export { type ValidateInputOptions, validateInputs } from './rules/node/validate-inputs.js';
export { type Answerer, inferTask } from './run/infer-task.js';
export type { PlanOutcome } from './run/outputs.js';
export { type PlanProgress, type RunPlanOptions, runPlan } from './run/run-plan.js';
export type { ShardTask, ShardWork } from './run/shard-task.js';
export type { Shard, ShardedInput, ShardIndex } from './run/shards.js';
export { type TranslateTaskOptions, translateTask } from './run/translate-task.js';
export { type ValidateTaskOptions, validateTask } from './run/validate-task.js';
export { imageSizes } from './statistics/node/image-sizes.js';
export { type FileCallLogOptions, fileCallLog } from './translate/node/file-call-log.js';
export {
  type TranslatedRows,
  type TranslateRowsOptions,
  translateRows,
} from './translate/node/translate-rows.js';
export { type Derivation, derivedLineage } from './write/node/derived-lineage.js';
export { type DigestedSource, digested } from './write/node/digest.js';
export { packageVersion } from './write/node/package-version.js';
export { type WriteOptions, writeFile } from './write/node/write-file.js';
