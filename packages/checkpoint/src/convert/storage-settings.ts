import { type KeptLayers, partPrecisions } from '../onnx/part-precisions.js';
import type { PartPrecisions } from '../onnx/precision.js';
import type { ConversionOptions } from './options.js';

/** How the weights of a conversion are stored: what tells conversions of one checkpoint apart. */
export interface StorageSettings {
  readonly precision: PartPrecisions;
  readonly maxTensorBytes: number | undefined;
  readonly keep: KeptLayers | undefined;
}

/** @throws `invalid-option` for a precision that is not known */
export function storageSettings({
  precision,
  maxTensorBytes,
  keep,
}: Pick<ConversionOptions, 'precision' | 'maxTensorBytes' | 'keep'>): StorageSettings {
  return { precision: partPrecisions(precision), maxTensorBytes, keep: keptLayers(keep) };
}

/** In one order, whatever order they came in; undefined for none. */
function keptLayers({ vision = [], llm = [] }: KeptLayers = {}): KeptLayers | undefined {
  if (vision.length + llm.length === 0) return undefined;
  return { vision: vision.toSorted(), llm: llm.toSorted() };
}
