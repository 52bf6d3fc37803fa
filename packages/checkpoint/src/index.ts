export { knownArchitectures } from './config/architectures.js';
export { type ConfigFiles, readConfig } from './config/read-config.js';
export { readConfigFiles } from './config/read-config-files.js';
export { type Manifest, type ManifestFile, parseManifest } from './convert/manifest.js';
export { type ConversionPlan, type PlanOptions, planConversion } from './convert/plan.js';
export { plannedBytes } from './convert/planned-bytes.js';
export type {
  ExpertsConfig,
  LlmConfig,
  LlmFamily,
  ModelConfig,
  Rope,
  VisionConfig,
} from './model-config.js';
export {
  isHalf,
  isQuantised,
  type KeptLayers,
  type PrecisionChoice,
  parsePrecision,
  partPrecisions,
  precisionNames,
  precisionText,
  samePrecision,
} from './onnx/part-precisions.js';
export type { HeadPrecision, PartPrecisions, PrecisionName } from './onnx/precision.js';
export type { ImageSize } from './onnx/vision-size.js';
export type { OnProgress, Progress } from './progress.js';
export { readBlocks, type TensorBlock, type TensorBlockOptions } from './safetensors/blocks.js';
export type { ByteReadOptions, ByteSource } from './safetensors/byte-source.js';
export { bytesSource } from './safetensors/bytes-source.js';
export { Safetensors } from './safetensors/safetensors.js';
export type {
  StoredDType,
  TensorInfo,
  TensorRange,
  TensorReadOptions,
  TensorSource,
} from './safetensors/tensor-source.js';
export { safetensorsPieces, type WritableTensor } from './safetensors/write.js';
export { zeroTensors } from './safetensors/zero-tensors.js';
export type { Checkpoint, CheckpointFiles, DigestOptions } from './source/checkpoint.js';
export { CanonicalTensors } from './weights/canonical-tensors.js';
export { type Layout, layOut } from './write/layout.js';
export type { StoredTensor } from './write/stored-tensor.js';
