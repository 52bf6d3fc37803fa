/** Token `token` of row `row` in an array `[rows, kvHeads, capacity, headSize]`. */
export interface RowPlace {
  readonly data: Float32Array;
  readonly capacity: number;
  readonly row: number;
  readonly token: number;
}

/** Copies `tokens` tokens of one row, head by head, between arrays of different capacity. */
export function copyRow(
  from: RowPlace,
  to: RowPlace,
  tokens: number,
  { kvHeads, headSize }: { readonly kvHeads: number; readonly headSize: number },
): void {
  for (let head = 0; head < kvHeads; head++) {
    const source = ((from.row * kvHeads + head) * from.capacity + from.token) * headSize;
    const target = ((to.row * kvHeads + head) * to.capacity + to.token) * headSize;
    to.data.set(from.data.subarray(source, source + tokens * headSize), target);
  }
}
