import type { KeptLayers, PrecisionChoice } from '../onnx/part-precisions.js';
import type { ImageSize } from '../onnx/vision-size.js';
import type { OnProgress } from '../progress.js';
import type { ConversionFileSystem } from './file-system.js';

export interface ConversionOptions {
  /** How weights are stored: for all of the model, or for each part. Default `fp32`. */
  readonly precision?: PrecisionChoice | undefined;
  /**
   * Largest tensor in the graphs, bytes, for a device that binds no larger buffer: WebGPU's `maxStorageBufferBindingSize`.
   * Larger ones are cut along their output channels or the vocabulary. Default: no limit.
   */
  readonly maxTensorBytes?: number | undefined;
  /**
   * Linear layers that are stored one step higher than the precision says (`q4` as `q8`, `q8` and `int8` as `fp32`), by the
   * names of their nodes; what `calibrate` of @internvl/chat finds. Default: none.
   */
  readonly keep?: KeptLayers | undefined;
  /** A vision input size, pixels, that gets a graph beside the one for the checkpoint's tile size. */
  readonly imageSize?: ImageSize | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Bytes of weights between two places where a conversion that was killed can go on. Default 16 MiB. */
  readonly blockBytes?: number | undefined;
  /** Where graphs and weights are written; the disk by default. */
  readonly fileSystem?: ConversionFileSystem | undefined;
}
