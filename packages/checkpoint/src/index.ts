export { knownArchitectures } from './config/architectures.js';
export { type ConfigFiles, readConfig } from './config/read-config.js';
export { readConfigFiles } from './config/read-config-files.js';
export type {
  ExpertsConfig,
  LlmConfig,
  LlmFamily,
  ModelConfig,
  Rope,
  VisionConfig,
} from './model-config.js';
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
export type { Checkpoint, CheckpointFiles, DigestOptions } from './source/checkpoint.js';
export { CanonicalTensors } from './weights/canonical-tensors.js';
