export type { WritableFile } from './convert/conversion-folder.js';
export { type ConvertCachedOptions, type ConvertOptions, convert, convertCached } from './convert/convert.js';
export { type ConvertedModel, isConverted, openConverted } from './convert/converted-model.js';
export type { ConversionFileSystem } from './convert/file-system.js';
export type { ConversionOptions } from './convert/options.js';
export { type FetchSnapshotOptions, fetchSnapshot, type Snapshot } from './hub/fetch-snapshot.js';
export { type HubId, parseHubId } from './hub/hub-id.js';
export { cacheDirectory, type Environment } from './source/cache-directory.js';
export { fileSource } from './source/file-source.js';
export { folderFiles } from './source/folder-files.js';
export { type OpenCheckpointOptions, openCheckpoint } from './source/open-checkpoint.js';
export { type OpenFolderOptions, openFolder } from './source/open-folder.js';
export { type ResolvedModel, resolveModel } from './source/resolve-model.js';
export {
  type TritonModel,
  type TritonRepositoryOptions,
  writeTritonRepository,
} from './triton/write-repository.js';
