export {
  detectConvention,
  fromFractions,
  type ImageSize,
  type Rounding,
  toFractions,
} from './boxes/convention.js';
export { type BoxStyle, boxNumbers, spellBoxes } from './boxes/spell.js';
export { clean } from './clean/clean.js';
export type { CleanCode, CleanOptions, CleanRow, CleanSummary, CleanVerdict } from './clean/clean-options.js';
export { EvaluationText, type Overlap } from './clean/decontaminate.js';
export { EvaluationImages, type ImageHash } from './clean/evaluation-images.js';
export { HashIndex } from './clean/hash-index.js';
export { type HashedImage, type ImageCluster, ImageClusters } from './clean/image-clusters.js';
export { imageKeyOf } from './clean/image-key.js';
export { type MinHasher, type MinHashOptions, minHasher } from './clean/min-hash.js';
export { NearIndex, type NearIndexOptions, type NearText } from './clean/near-index.js';
export { hammingDistance, perceptualHash } from './clean/perceptual-hash.js';
export {
  findPersonalData,
  isChineseId,
  type PersonalKind,
  type PersonalSpan,
  redactPersonalData,
} from './clean/personal-data.js';
export { sampleText } from './clean/sample-text.js';
export { jaccard, shingleSize, shingles } from './clean/shingles.js';
export { type Hash64, normalisedText } from './clean/text-key.js';
export { ImageGroups, imageName } from './convert/image-groups.js';
export { DatasetError } from './error.js';
export { cocoCaptions } from './format/coco-captions.js';
export { csv } from './format/csv.js';
export type { Format, ReadFormatOptions, WriteFormatOptions } from './format/format.js';
export { formatNamed, formatOfName, formats } from './format/formats.js';
export { internvl, readInternvlRow, writeInternvlRow } from './format/internvl.js';
export { llava } from './format/llava.js';
export { messages, sharegpt } from './format/messages.js';
export { type MetaDataset, readMeta, writeMeta } from './format/meta.js';
export { openai } from './format/openai.js';
export { type ParquetRow, parquet, parquetRows } from './format/parquet.js';
export { chartqa, docvqa, flat, vqa } from './format/questions.js';
export { sampleRow, samples } from './format/samples.js';
export { vlmevalkit } from './format/vlmevalkit.js';
export { webdataset } from './format/webdataset.js';
export { type JsonLineOptions, type JsonRow, jsonLineBatches, jsonLines } from './json/json-lines.js';
export { type JsonListRow, jsonList, jsonRows } from './json/json-list.js';
export { type LabelOptions, labelConversation } from './labels/label-conversation.js';
export { labelSample } from './labels/label-sample.js';
export { ignoredLabel, type LabelledIds } from './labels/labelled-ids.js';
export { type ChineseVariant, chineseConverter } from './language/chinese-converter.js';
export { type IdentifiedLanguage, languageIdentifier } from './language/identify-language.js';
export { latinLanguages } from './language/latin-languages.js';
export type { Script } from './language/script.js';
export { type Line, type LineOptions, lineBatches } from './lines/line-batches.js';
export { type MixtureOrderOptions, type MixtureRow, mixtureOrder, orderDigest } from './mix/mixture-order.js';
export {
  type MixtureOptions,
  type MixturePlan,
  type MixtureSource,
  type MixtureStrategy,
  planMixture,
} from './mix/mixture-plan.js';
export { type Permutation, permutation } from './mix/permutation.js';
export { type BestFitOptions, packBestFit } from './pack/best-fit.js';
export { packFirstFit } from './pack/first-fit.js';
export { type LossReduction, lossWeight } from './pack/loss-weight.js';
export type { Pack, PackItem } from './pack/pack-item.js';
export { type PackItemsOptions, packItems } from './pack/pack-items.js';
export type { PackLimits, PackOptions } from './pack/pack-options.js';
export { type PackStatistics, packCounter } from './pack/pack-statistics.js';
export { type AnswerKind, answerKind, optionLetters } from './pairing/answer-kind.js';
export { comparePair } from './pairing/compare-pair.js';
export { type LeakageOptions, leakageProblems } from './pairing/leakage.js';
export { type PairBy, readAlignment } from './pairing/pair-key.js';
export { type PairCounts, type PairSide, pairProblems } from './pairing/pair-problems.js';
export type { DirectedPair, Pair, PairFacts, PairsSummary } from './pairs/pair.js';
export { type PairField, type Pairing, pairings } from './pairs/pair-fields.js';
export { type PairsOptions, pairs } from './pairs/pairs.js';
export { inProcessQueue } from './queue/in-process-queue.js';
export type {
  ActiveJob,
  ConsumeOptions,
  FailedJob,
  Job,
  JobHandler,
  JobQueue,
  JobQueueOptions,
  QueueState,
} from './queue/job-queue.js';
export { statisticsHtml } from './report/statistics-html.js';
export { describeStatistics } from './report/statistics-text.js';
export { validationHtml } from './report/validation-html.js';
export { describeFinding, describeSummary } from './report/validation-text.js';
export { type BudgetOptions, costOf, describeCost, type RowCost } from './rules/budget.js';
export { checkMeta, type MetaEntry, type MetaProblem } from './rules/check-meta.js';
export type { Facts, Finding, FindingSink } from './rules/finding.js';
export type { RuleCounts } from './rules/findings.js';
export type { ImageInspection, ImageInspector, ImageRemark } from './rules/image-port.js';
export { repetitionRatio, upstreamRepetitionRatio } from './rules/repetition.js';
export type { RowRules } from './rules/row-checker.js';
export type { Rule } from './rules/rule.js';
export { isRuleCode, type RuleCode, repairable, ruleTable } from './rules/rule-table.js';
export { validate } from './rules/validate.js';
export type {
  ArchiveInput,
  FileSummary,
  LinesInput,
  ProblemInput,
  RowsInput,
  SourceRow,
  ValidateEvent,
  ValidateInput,
  ValidateMode,
  ValidateOptions,
  ValidateProgress,
  ValidateSummary,
} from './rules/validate-options.js';
export {
  type InferPlan,
  type Plan,
  parsePlan,
  type TaskPlan,
  type TranslatePlan,
  type ValidatePlan,
} from './run/plan.js';
export type { BoxConvention } from './sample/box-convention.js';
export { isJsonList, isJsonObject, type JsonObject, type JsonValue } from './sample/json.js';
export { describePlace, excerptOf, type Place, type Problem, type Severity } from './sample/problem.js';
export { noProblems, type Reading } from './sample/reading.js';
export type {
  BoxPart,
  ImagePart,
  ImageRef,
  OpaquePart,
  Part,
  RefPart,
  Role,
  Sample,
  TextPart,
  Turn,
} from './sample/sample.js';
export type { ByteSource, ReadOptions } from './source/byte-source.js';
export { type HttpOptions, httpSource } from './source/http-source.js';
export { type Input, memorySource, sourceOf } from './source/input.js';
export { readAll, readRange } from './source/read-range.js';
export type { AnswerPriors } from './statistics/answer-counter.js';
export type { Distribution } from './statistics/distribution.js';
export { statistics } from './statistics/statistics.js';
export type {
  DataFile,
  GroupStatistics,
  MixtureShare,
  Statistics,
  StatisticsOptions,
  TileHistogram,
  TokenStatistics,
} from './statistics/statistics-options.js';
export { type TableOptions, tableRows } from './table/table-rows.js';
export type { RowFault, TableRow } from './table/table-splitter.js';
export { parseText, type TagOptions } from './tags/parse-text.js';
export { type SpellOptions, spellParts } from './tags/spell-parts.js';
export type { BudgetLimits, Spending, TokenPrice } from './translate/budget.js';
export { CallError, type CallErrorKind } from './translate/call-error.js';
export { type CallLog, type LoggedCall, memoryCallLog } from './translate/call-log.js';
export type { CallCounts } from './translate/caller.js';
export { type CheckCode, checkCodes } from './translate/checks/check.js';
export { type Clock, systemClock } from './translate/clock.js';
export { type LocalModel, localTranslator } from './translate/local-translator.js';
export { type OpenAiTranslatorOptions, openaiTranslator } from './translate/openai-translator.js';
export { type NamePolicy, promptVersion } from './translate/prompt.js';
export { type OptionalKind, optionalKinds } from './translate/protect.js';
export type {
  TranslateOptions,
  TranslationFailure,
  TranslationProgress,
  TranslationResult,
} from './translate/translate-options.js';
export { cardFacts, translateSamples } from './translate/translate-samples.js';
export {
  type CardCounts,
  type CardFacts,
  type FailureCode,
  sumCounts,
  type TranslationCard,
  translationCard,
  translationCardMarkdown,
} from './translate/translation-card.js';
export type {
  CallUsage,
  ChatMessage,
  Completion,
  Translator,
  TranslatorRequest,
} from './translate/translator.js';
export { croissant } from './write/croissant.js';
export { type DataCardFacts, dataCard } from './write/data-card.js';
export {
  type FileDigest,
  type Lineage,
  lineageName,
  lineageText,
  type OutputDigest,
} from './write/lineage.js';
export { type Counts, Tallier, type Tally } from './write/tally.js';
