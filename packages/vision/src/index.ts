export type { PixelValues, TileWriter } from './tile-batches.js';
export {
  type EncodeOptions,
  type TileFeatures,
  type TileTokens,
  VisionEncoder,
  type VisionEncoderOptions,
} from './vision-encoder.js';
export type { VisionSizes } from './vision-ports.js';
