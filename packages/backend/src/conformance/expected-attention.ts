/** A query over keys and values, each a list of vectors: `Σ softmax(scale · q·k) · v`, in float64. */
export function expectedAttention(
  query: readonly number[],
  keys: readonly (readonly number[])[],
  values: readonly (readonly number[])[],
  scale: number,
): number[] {
  const scores = keys.map((key) => scale * key.reduce((sum, value, i) => sum + value * query[i]!, 0));
  const largest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return query.map((_, i) =>
    weights.reduce((sum, weight, key) => sum + (weight / total) * values[key]![i]!, 0),
  );
}

/** Head `head` of token `token` in `[tokens, heads * headSize]`. */
export function headOf(
  data: Float32Array,
  token: number,
  head: number,
  heads: number,
  headSize: number,
): number[] {
  const start = (token * heads + head) * headSize;
  return [...data.subarray(start, start + headSize)];
}
