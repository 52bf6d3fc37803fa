import { type Graph, hostTensor, type Span, type Tensor } from '@internvl/backend';

/** Where the tensors of a cache live, and how numbers get from one to another there. */
export interface CacheMemory {
  /** A tensor of any numbers. */
  allocate(dims: readonly number[]): Tensor<'float32'>;
  /** Copies spans between two tensors of this memory. */
  copy(from: Tensor<'float32'>, to: Tensor<'float32'>, spans: readonly Span[]): void;
  /** The beginning of a tensor as one of its own over the same numbers; absent where there is no such thing. */
  head?(tensor: Tensor<'float32'>, dims: readonly number[]): Tensor<'float32'>;
}

/** Plain arrays. */
export const hostMemory: CacheMemory = {
  allocate(dims) {
    return hostTensor('float32', new Float32Array(elementsOf(dims)), dims);
  },
  copy(from, to, spans) {
    for (const span of spans) {
      to.data.set(from.data.subarray(span.from, span.from + span.length), span.to);
    }
  },
  head: ({ data }, dims) => hostTensor('float32', data.subarray(0, elementsOf(dims)), dims),
};

/** The memory of the device that a graph runs on, undefined where it has none that is reached. */
export function deviceMemory({ allocate, copy }: Graph): CacheMemory | undefined {
  if (!(allocate && copy)) return undefined;
  return {
    allocate: (dims) => (elementsOf(dims) === 0 ? hostMemory.allocate(dims) : allocate('float32', dims)),
    copy(from, to, spans) {
      const filled = spans.filter(({ length }) => length > 0);
      if (filled.length > 0) copy(from, to, filled);
    },
  };
}

function elementsOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}
