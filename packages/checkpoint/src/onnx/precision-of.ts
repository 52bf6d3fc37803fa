import { BlockPrecision } from './block-precision.js';
import { FloatPrecision } from './float-precision.js';
import { Int8Precision } from './int8-precision.js';
import { keptPrecision } from './kept-precision.js';
import type { Precision, PrecisionName } from './precision.js';
import { SplitPrecision } from './split-precision.js';

export interface PrecisionSettings {
  /** Largest tensor, bytes. Default: no limit. */
  readonly maxTensorBytes?: number | undefined;
  /** Linear layers, by their nodes' names, that are stored one step higher: `q4` as `q8`, `q8` and `int8` as `fp32`. */
  readonly keep?: readonly string[] | undefined;
}

/** How weights of this precision are stored and computed. */
export function precisionOf(
  name: PrecisionName,
  { maxTensorBytes, keep = [] }: PrecisionSettings = {},
): Precision {
  const of = (own: PrecisionName) => {
    const precision = ownPrecision(own);
    return maxTensorBytes === undefined ? precision : new SplitPrecision(precision, maxTensorBytes);
  };
  if (name === 'fp32' || name === 'fp16') return of(name);
  const patched = keptPrecision(of(name), of('fp32'), (layer) => layer === patchEmbedding);
  if (keep.length === 0) return patched;
  return keptPrecision(patched, of(name === 'q4' ? 'q8' : 'fp32'), (layer) => keep.includes(layer));
}

function ownPrecision(name: PrecisionName): Precision {
  switch (name) {
    case 'int8':
      return new Int8Precision();
    case 'q8':
    case 'q4':
      return new BlockPrecision(name);
    default:
      return new FloatPrecision(name);
  }
}

/** Pixels come in three channels at full range and are few columns: their layer costs next to nothing in float32. */
const patchEmbedding = 'patches.embedded';
