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
  const limited = (precision: Precision) =>
    maxTensorBytes === undefined ? precision : new SplitPrecision(precision, maxTensorBytes);
  const float = (type: 'fp32' | 'fp16') => limited(new FloatPrecision(type));
  switch (name) {
    case 'int8':
      return keptPrecision(limited(new Int8Precision()), float('fp32'), isKept);
    case 'q8':
    case 'q4':
      return keptPrecision(limited(new BlockPrecision(name)), float('fp32'), isKept);
    default:
      return float(name);
  }
}

/** Pixels come in three channels at full range and are few columns: their layer costs next to nothing in float32. */
function isKept(name: string): boolean {
  return name === 'patches.embedded';
}
