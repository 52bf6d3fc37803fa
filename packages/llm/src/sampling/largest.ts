/**
 * Indexes of the `count` largest values, largest first, the lower index first among equals. -Infinity counts as
 * absent. One pass over the values with a heap of `count`.
 */
export function largest(values: Float32Array, count: number): number[] {
  if (count === 0) return [];
  const heap: number[] = [];
  const weaker = (a: number, b: number) => values[a]! < values[b]! || (values[a]! === values[b]! && a > b);
  let floor = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    if (!(values[index]! > floor)) continue;
    if (heap.length < count) {
      rise(heap, index, weaker);
    } else {
      sink(heap, index, weaker);
    }
    if (heap.length === count) floor = values[heap[0]!]!;
  }
  return heap.sort((a, b) => values[b]! - values[a]! || a - b);
}

type Weaker = (a: number, b: number) => boolean;

/** Adds to a heap whose first entry is the weakest. */
function rise(heap: number[], entry: number, weaker: Weaker): void {
  let place = heap.push(entry) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!weaker(entry, heap[parent]!)) break;
    heap[place] = heap[parent]!;
    place = parent;
  }
  heap[place] = entry;
}

/** Replaces the first entry. */
function sink(heap: number[], entry: number, weaker: Weaker): void {
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && weaker(heap[child + 1]!, heap[child]!)) child++;
    if (!weaker(heap[child]!, entry)) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = entry;
}
