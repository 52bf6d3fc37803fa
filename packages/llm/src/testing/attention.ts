/** Weights of one layer, each `[in, out]`. */
export interface Block {
  readonly query: Float32Array;
  readonly key: Float32Array;
  readonly value: Float32Array;
  readonly out: Float32Array;
}

interface HeadSizes {
  readonly heads: number;
  readonly headSize: number;
  readonly paddedHeadSize: number;
}

/** `[rows, inner] × [inner, columns]`. */
export function multiply(left: Float32Array, right: Float32Array, inner: number): Float32Array {
  const rows = left.length / inner;
  const columns = right.length / inner;
  const product = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let index = 0; index < inner; index++) {
        sum += left[row * inner + index]! * right[index * columns + column]!;
      }
      product[row * columns + column] = sum;
    }
  }
  return product;
}

/** Turns `[tokens, heads, headSize]` half against half, by rows of cosines and sines. */
export function rotate(
  states: Float32Array,
  { heads, headSize, paddedHeadSize }: HeadSizes,
  turn: { readonly cos: Float32Array; readonly sin: Float32Array; readonly turns: readonly number[] },
): Float32Array {
  const half = headSize / 2;
  const columns = paddedHeadSize / 2;
  const turned = new Float32Array(states.length);
  turn.turns.forEach((row, token) => {
    for (let head = 0; head < heads; head++) {
      const start = (token * heads + head) * headSize;
      for (let index = 0; index < half; index++) {
        const cos = turn.cos[row * columns + index]!;
        const sin = turn.sin[row * columns + index]!;
        const [first, second] = [states[start + index]!, states[start + half + index]!];
        turned[start + index] = first * cos - second * sin;
        turned[start + half + index] = second * cos + first * sin;
      }
    }
  });
  return turned;
}

interface AttentionInput {
  /** `[batch, tokens, heads, headSize]`. */
  readonly query: Float32Array;
  /** `[batch, tokens, kvHeads, headSize]`. */
  readonly key: Float32Array;
  readonly value: Float32Array;
  /** `[batch, kvHeads, capacity, paddedHeadSize]`. */
  readonly pastKey: Float32Array;
  readonly pastValue: Float32Array;
  readonly capacity: number;
  readonly batch: number;
  readonly tokens: number;
  /** Valid past tokens, row by row. */
  readonly lengths: readonly number[];
}

interface AttentionSizes extends HeadSizes {
  readonly kvHeads: number;
}

interface AttentionOutput {
  /** `[batch, tokens, heads, headSize]`. */
  readonly mixed: Float32Array;
  /** `[batch, kvHeads, tokens, paddedHeadSize]`. */
  readonly key: Float32Array;
  readonly value: Float32Array;
  /** Writes new keys or values into a cache in place. */
  place(made: Float32Array, cache: Float32Array): void;
}

/** Causal grouped-query attention over the valid past and the new tokens. */
export function attend(
  { query, key, value, pastKey, pastValue, capacity, batch, tokens, lengths }: AttentionInput,
  { heads, kvHeads, headSize, paddedHeadSize }: AttentionSizes,
): AttentionOutput {
  const padded = (states: Float32Array) => {
    const made = new Float32Array(batch * kvHeads * tokens * paddedHeadSize);
    for (let index = 0; index < states.length; index++) {
      const [dim, head] = [index % headSize, Math.floor(index / headSize) % kvHeads];
      const token = Math.floor(index / (headSize * kvHeads)) % tokens;
      const row = Math.floor(index / (headSize * kvHeads * tokens));
      made[((row * kvHeads + head) * tokens + token) * paddedHeadSize + dim] = states[index]!;
    }
    return made;
  };
  const newKey = padded(key);
  const newValue = padded(value);
  const mixed = new Float32Array(query.length);
  for (let row = 0; row < batch; row++) {
    const length = lengths[row]!;
    for (let token = 0; token < tokens; token++) {
      for (let head = 0; head < heads; head++) {
        const kvHead = Math.floor(head / (heads / kvHeads));
        const start = ((row * tokens + token) * heads + head) * headSize;
        const at = (past: Float32Array, made: Float32Array, seen: number, dim: number) =>
          seen < length
            ? past[((row * kvHeads + kvHead) * capacity + seen) * paddedHeadSize + dim]!
            : made[((row * kvHeads + kvHead) * tokens + seen - length) * paddedHeadSize + dim]!;
        const weights = Array.from({ length: length + token + 1 }, (_, seen) => {
          let sum = 0;
          for (let dim = 0; dim < headSize; dim++)
            sum += query[start + dim]! * at(pastKey, newKey, seen, dim);
          return Math.exp(sum / Math.sqrt(headSize));
        });
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (let dim = 0; dim < headSize; dim++) {
          mixed[start + dim] = weights.reduce(
            (sum, weight, seen) => sum + (weight / total) * at(pastValue, newValue, seen, dim),
            0,
          );
        }
      }
    }
  }
  const place = (made: Float32Array, cache: Float32Array) => {
    for (let line = 0; line < batch * kvHeads; line++) {
      const start = (line * capacity + lengths[Math.floor(line / kvHeads)]!) * paddedHeadSize;
      const from = line * tokens * paddedHeadSize;
      cache.set(made.subarray(from, from + tokens * paddedHeadSize), start);
    }
  };
  return { mixed, key: newKey, value: newValue, place };
}
