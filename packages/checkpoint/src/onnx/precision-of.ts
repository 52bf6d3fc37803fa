import { BlockPrecision } from './block-precision.js';
import { FloatPrecision } from './float-precision.js';
import { Int8Precision } from './int8-precision.js';
import { keptPrecision } from './kept-precision.js';
import { isQuantised } from './part-precisions.js';
import type { HeadPrecision, Precision, PrecisionName } from './precision.js';
import { SplitPrecision } from './split-precision.js';

export interface PrecisionSettings {
  /** Largest tensor, bytes. Default: no limit. */
  readonly maxTensorBytes?: number | undefined;
  /** Linear layers, by their nodes' names, that are stored one step higher: `q4` as `q8`, the rest as `fp32`. */
  readonly keep?: readonly string[] | undefined;
  /** Of the embedding table and the head, in blocks. */
  readonly head?: HeadPrecision | undefined;
}

/** How weights of this precision are stored and computed. */
export function precisionOf(
  name: PrecisionName,
  { maxTensorBytes, keep = [], head }: PrecisionSettings = {},
): Precision {
  const of = (own: PrecisionName) => {
    const precision = ownPrecision(own, head);
    return maxTensorBytes === undefined ? precision : new SplitPrecision(precision, maxTensorBytes);
  };
  const own = isQuantised(name)
    ? keptPrecision(of(name), of('fp32'), (layer) => layer === patchEmbedding)
    : of(name);
  if (keep.length === 0) return own;
  return keptPrecision(own, of(higher(name)), (layer) => keep.includes(layer));
}

/** One step more accurate. */
function higher(name: PrecisionName): PrecisionName {
  if (name === 'q4') return 'q8';
  return name === 'q4f16' ? 'q8f16' : 'fp32';
}

function ownPrecision(name: PrecisionName, head: HeadPrecision | undefined): Precision {
  switch (name) {
    case 'int8':
      return new Int8Precision();
    case 'q8':
    case 'q8f16':
    case 'q4':
    case 'q4f16':
      return new BlockPrecision(name, head);
    default:
      return new FloatPrecision(name);
  }
}

/** Pixels come in three channels at full range and are few columns: their layer costs next to nothing in float32. */
const patchEmbedding = 'patches.embedded';
