export type { ExpertsConfig, LlmConfig, LlmFamily, ModelConfig, Rope, VisionConfig } from './model-config.js';
export type { OnProgress, Progress } from './progress.js';
export type { ByteReadOptions, ByteSource } from './safetensors/byte-source.js';
export type {
  StoredDType,
  TensorInfo,
  TensorRange,
  TensorReadOptions,
  TensorSource,
} from './safetensors/tensor-source.js';
export type { Checkpoint, CheckpointFiles, DigestOptions } from './source/checkpoint.js';
