export { DatasetError } from './error.js';
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
