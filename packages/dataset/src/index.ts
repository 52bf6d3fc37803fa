export { DatasetError } from './error.js';
export { type JsonLineOptions, type JsonRow, jsonLineBatches, jsonLines } from './json/json-lines.js';
export { type Line, type LineOptions, lineBatches } from './lines/line-batches.js';
export type { DirectedPair, Pair, PairFacts, PairsSummary } from './pairs/pair.js';
export { type PairField, type Pairing, pairings } from './pairs/pair-fields.js';
export { type PairsOptions, pairs } from './pairs/pairs.js';
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
export { type TableOptions, tableRows } from './table/table-rows.js';
export type { RowFault, TableRow } from './table/table-splitter.js';
