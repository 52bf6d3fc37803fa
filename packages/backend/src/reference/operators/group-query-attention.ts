import { attend } from '../attend.js';
import type { Inputs, Operator } from '../operator.js';
import { float32, isType, type Value } from '../value.js';

/** Sizes of one run. */
interface Sizes {
  readonly batch: number;
  readonly tokens: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** Rows that the past has room for. */
  readonly pastCapacity: number;
  /** Rows that the present has room for. */
  readonly capacity: number;
  /** By batch row, the valid rows of its past. */
  readonly pasts: readonly number[];
}

/**
 * Causal attention with a KV cache, several query heads sharing a key head. (Ainslie et al., arXiv 2305.13245.)
 *
 * Query `[batch, tokens, heads * headSize]`, key and value `[batch, tokens, kvHeads * headSize]`, past
 * `[batch, kvHeads, capacity, headSize]`, `seqlens_k [batch]` the valid tokens after this run minus one, and
 * `total_sequence_length`, their maximum plus one. Outputs: `[batch, tokens, heads * headSize]` and present keys and
 * values `[batch, kvHeads, max(capacity, total), headSize]`, which may be written over the past.
 *
 * Source: com.microsoft.GroupQueryAttention of ONNX Runtime's ContribOperators.md, with `do_rotary` 0.
 */
export const groupQueryAttention: Operator = (attributes) => {
  attributes.atMost(7);
  attributes.only('do_rotary', 0);
  attributes.only('local_window_size', -1);
  attributes.only('softcap', 0);
  attributes.only('smooth_softmax', 0);
  const heads = attributes.int('num_heads', 0);
  const kvHeads = attributes.int('kv_num_heads', 0);
  const givenScale = attributes.float('scale', 0);
  return (inputs) => {
    const query = inputs.float32(0);
    const sizes = readSizes(inputs, heads, kvHeads);
    const { batch, tokens, headSize, capacity, pasts } = sizes;
    const keys = present(inputs, sizes, 1, 3);
    const values = present(inputs, sizes, 2, 4);
    const scale = givenScale || 1 / Math.sqrt(headSize);
    const out = new Float32Array(query.data.length);
    const width = heads * headSize;
    for (let item = 0; item < batch; item++) {
      for (let head = 0; head < heads; head++) {
        const kvHead = Math.floor(head / (heads / kvHeads));
        const start = item * tokens * width + head * headSize;
        const cacheStart = (item * kvHeads + kvHead) * capacity * headSize;
        for (let row = 0; row < tokens; row++) {
          attend(
            { data: query.data, start, step: width },
            { data: keys.data, start: cacheStart, step: headSize },
            { data: values.data, start: cacheStart, step: headSize },
            { data: out, start, step: width },
            { row, count: pasts[item]! + row + 1, headSize, scale },
          );
        }
      }
    }
    return [float32(query.dims, out), keys, values];
  };
};

function readSizes(inputs: Inputs, heads: number, kvHeads: number): Sizes {
  const [batch = 0, tokens = 0, width = 0] = inputs.any(0).dims;
  const [pastBatch, pastHeads, pastCapacity = 0, headSize = 0] = inputs.any(3).dims;
  const totals = inputs.integers(5).map((last) => last + 1);
  const [total = 0] = inputs.integers(6);
  const pasts = totals.map((length) => length - tokens);
  const fits =
    pastBatch === batch &&
    pastHeads === kvHeads &&
    width === heads * headSize &&
    inputs.any(1).data.length === batch * tokens * kvHeads * headSize &&
    inputs.any(2).data.length === inputs.any(1).data.length &&
    inputs.any(4).data.length === inputs.any(3).data.length &&
    pasts.length === batch;
  if (!fits) {
    const shapes = [0, 1, 2, 3, 4, 5].map((index) => `[${inputs.any(index).dims.join(', ')}]`);
    throw inputs.failure(
      `query, key, value, past and lengths of ${heads} and ${kvHeads} heads`,
      shapes.join(' '),
    );
  }
  const outside = pasts.find((past) => past < 0 || past > pastCapacity);
  if (outside !== undefined) throw inputs.failure(`0 to ${pastCapacity} valid past tokens`, String(outside));
  if (totals.some((length) => length > total)) {
    throw inputs.failure('total_sequence_length to be the longest row', `${total} for ${totals.join(', ')}`);
  }
  return { batch, tokens, kvHeads, headSize, pastCapacity, capacity: Math.max(pastCapacity, total), pasts };
}

/** The cache with this run's rows behind each row's past: in place where the caller wants that, else a copy. */
function present(inputs: Inputs, sizes: Sizes, fresh: number, old: number): Value<'float32'> {
  const { batch, tokens, kvHeads, headSize, pastCapacity, capacity, pasts } = sizes;
  const rows = inputs.float32(fresh).data;
  const past = inputs.float32(old);
  const target = inputs.target(fresh);
  const inPlace =
    target && isType(target, 'float32') && target.data === past.data && pastCapacity === capacity;
  const data = inPlace ? past.data : new Float32Array(batch * kvHeads * capacity * headSize);
  for (let item = 0; item < batch; item++) {
    for (let head = 0; head < kvHeads; head++) {
      const lane = item * kvHeads + head;
      const valid = pasts[item]!;
      if (!inPlace) {
        const first = lane * pastCapacity * headSize;
        data.set(past.data.subarray(first, first + valid * headSize), lane * capacity * headSize);
      }
      for (let token = 0; token < tokens; token++) {
        const from = ((item * tokens + token) * kvHeads + head) * headSize;
        data.set(rows.subarray(from, from + headSize), (lane * capacity + valid + token) * headSize);
      }
    }
  }
  return float32([batch, kvHeads, capacity, headSize], data);
}
