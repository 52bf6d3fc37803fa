import { elementCount } from './range.js';
import type { TensorSource } from './tensor-source.js';

/** Tensors of the names and shapes told, all zeros: enough to plan a conversion, without a byte of weights. */
export function zeroTensors(shapes: Pick<TensorSource, 'names' | 'has' | 'info'>): TensorSource {
  const shapeOf = (name: string): readonly number[] => shapes.info(name).shape;
  const read: TensorSource['read'] = async (name, { first = 0, count } = {}) =>
    new Float32Array(count ?? elementCount(shapeOf(name)) - first);
  return {
    names: () => shapes.names(),
    has: (name) => shapes.has(name),
    info: (name) => shapes.info(name),
    read,
    readRows: async (name, _, rowCount) => new Float32Array(rowCount * elementCount(shapeOf(name).slice(1))),
    readBytes: async (name, range) => new Uint8Array((await read(name, range)).buffer),
  };
}
