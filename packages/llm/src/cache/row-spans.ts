import type { Span } from '@internvl/backend';

/** Token `token` of row `row` in a tensor `[rows, kvHeads, capacity, headSize]`. */
export interface RowPlace {
  readonly capacity: number;
  readonly row: number;
  readonly token: number;
}

/** Where `tokens` tokens of one row lie, head by head, in two tensors of different capacity. */
export function rowSpans(
  from: RowPlace,
  to: RowPlace,
  tokens: number,
  { kvHeads, headSize }: { readonly kvHeads: number; readonly headSize: number },
): readonly Span[] {
  const start = ({ capacity, row, token }: RowPlace, head: number) =>
    ((row * kvHeads + head) * capacity + token) * headSize;
  return Array.from({ length: kvHeads }, (_, head) => {
    return { from: start(from, head), to: start(to, head), length: tokens * headSize };
  });
}
