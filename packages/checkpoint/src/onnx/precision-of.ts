import { BlockPrecision } from './block-precision.js';
import { FloatPrecision } from './float-precision.js';
import { Int8Precision } from './int8-precision.js';
import { keptPrecision } from './kept-precision.js';
import type { Precision, PrecisionName } from './precision.js';
import { SplitPrecision } from './split-precision.js';

export interface PrecisionSettings {
  /** Largest tensor, bytes. Default: no limit. */
  readonly maxTensorBytes?: number | undefined;
}

/** How weights of this precision are stored and computed. */
export function precisionOf(name: PrecisionName, { maxTensorBytes }: PrecisionSettings = {}): Precision {
  const own = ownPrecision(name);
  return maxTensorBytes === undefined ? own : new SplitPrecision(own, maxTensorBytes);
}

function ownPrecision(name: PrecisionName): Precision {
  switch (name) {
    case 'int8':
      return keptPrecision(new Int8Precision(), new FloatPrecision('fp32'), isKept);
    case 'q8':
    case 'q4':
      return keptPrecision(new BlockPrecision(name), new FloatPrecision('fp32'), isKept);
    default:
      return new FloatPrecision(name);
  }
}

/** Pixels come in three channels at full range and are few columns: their layer costs next to nothing in float32. */
function isKept(name: string): boolean {
  return name === 'patches.embedded';
}
