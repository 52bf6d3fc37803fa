import { InternVLError } from '@internvl/backend';
import type { PartPrecisions, PrecisionName } from '../onnx/precision.js';
import type { ImageSize } from '../onnx/vision-size.js';
import type { OnProgress } from '../progress.js';
import type { ConversionFileSystem } from './file-system.js';

export interface ConversionOptions {
  /** How weights are stored: for all of the model, or for each part. Default `fp32`. */
  readonly precision?: PrecisionName | Partial<PartPrecisions> | undefined;
  /** A vision input size, pixels, that gets a graph beside the one for the checkpoint's tile size. */
  readonly imageSize?: ImageSize | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Bytes of weights between two places where a conversion that was killed can go on. Default 16 MiB. */
  readonly blockBytes?: number | undefined;
  /** Where graphs and weights are written; the disk by default. */
  readonly fileSystem?: ConversionFileSystem | undefined;
}

const names: readonly PrecisionName[] = ['fp32', 'fp16', 'int8', 'q8', 'q4'];

/**
 * The precision of each part.
 *
 * @throws `invalid-option`
 */
export function partPrecisions(precision: ConversionOptions['precision']): PartPrecisions {
  const parts = typeof precision === 'object' ? precision : { vision: precision, llm: precision };
  const { vision = 'fp32', llm = 'fp32' } = parts;
  for (const name of [vision, llm]) {
    if (names.includes(name)) continue;
    throw new InternVLError(
      'invalid-option',
      `Expected the precision to be one of ${names.join(', ')}, got ${name}.`,
      { option: 'precision', value: name, known: names },
    );
  }
  return { vision, llm };
}
