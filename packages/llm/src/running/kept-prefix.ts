import { InternVLError } from '@internvl/backend';
import { rowSpans } from '../cache/row-spans.js';
import type { LanguageModel } from '../language-model.js';
import type { Stretch } from '../rope/row-reach.js';
import type { Sequence } from '../sequence.js';
import type { ContentKey } from './content-key.js';
import type { PrefixEntry } from './prefix-store.js';

/** A conversation's keys and values as plain numbers, to be kept beyond the program and taken up by another one. */
export interface KeptPrefix extends ContentKey {
  /** Layer by layer its keys, then its values, each `[kvHeads, ids.length, headSize]`. */
  readonly arrays: readonly Float32Array<ArrayBuffer>[];
  /** How the keys were turned. */
  readonly stretches: readonly Stretch[];
}

/** A copy of a cache as plain numbers; undefined where it lies on a device. */
export function keptPrefix({ key, sequence }: PrefixEntry): KeptPrefix | undefined {
  const { cache, length, reach, capacity } = sequence;
  const { kvHeads, headSize } = cache.shape;
  const [from, to] = [capacity, length].map((room) => ({ capacity: room, row: 0, token: 0 }));
  const spans = rowSpans(from!, to!, length, cache.shape);
  const arrays: Float32Array<ArrayBuffer>[] = [];
  for (const tensor of Object.values(cache.named('past'))) {
    if (tensor.location !== 'cpu' || !(tensor.data instanceof Float32Array)) return undefined;
    const array = new Float32Array(kvHeads * length * headSize);
    for (const span of spans) array.set(tensor.data.subarray(span.from, span.from + span.length), span.to);
    arrays.push(array);
  }
  const { ids, fillings } = key;
  return { ids, fillings, arrays, stretches: reach.stretches };
}

/**
 * A sequence that holds what was kept of one of the same model.
 *
 * @throws `shape-mismatch` when it was another model's, `context-overflow` when it is longer than the context
 */
export function sequenceOf({ ids, arrays, stretches }: KeptPrefix, model: LanguageModel): Sequence {
  const sequence = model.sequence();
  const { cache, reach } = sequence;
  const { layers, kvHeads, headSize } = cache.shape;
  const length = ids.length;
  const size = kvHeads * length * headSize;
  if (arrays.length !== 2 * layers || arrays.some((array) => array.length !== size)) {
    const sizes = [...new Set(arrays.map((array) => array.length))];
    throw new InternVLError(
      'shape-mismatch',
      `Expected ${2 * layers} arrays of ${size} numbers for ${length} tokens, got ${arrays.length} of ${sizes.join(' and ')}; restore what was kept of the same model.`,
      { expected: [2 * layers, size], actual: [arrays.length, ...sizes] },
    );
  }
  if (length > model.contextTokens) {
    throw new InternVLError(
      'context-overflow',
      `Expected at most ${model.contextTokens} tokens of context, got ${length} that were kept; load the model with the context it had.`,
      { limit: model.contextTokens, promptTokens: length },
    );
  }
  cache.reserve(length, [0]);
  cache.store(arrays, [0], length);
  for (const { start, tokens } of stretches) reach.extend(start, tokens);
  sequence.advanceTo(length);
  return sequence;
}
