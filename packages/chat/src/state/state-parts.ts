import { hostTensor, type Tensor } from '@internvl/backend';
import { unreadable } from './state-file.js';

/** Collects the parts of a state; what is the same object is there once. */
export class PartsWriter {
  readonly parts: Uint8Array[] = [];
  readonly #indexes = new Map<object, number>();

  /** The index of bytes; `source` is the object that they were taken from. */
  bytes(bytes: Uint8Array, source: object = bytes): number {
    const known = this.#indexes.get(source);
    if (known !== undefined) return known;
    const index = this.parts.push(bytes) - 1;
    this.#indexes.set(source, index);
    return index;
  }

  /** The index of numbers, little-endian as every platform of ours has them. */
  floats(numbers: Float32Array, source: object = numbers): number {
    const { buffer, byteOffset, byteLength } = numbers;
    return this.bytes(new Uint8Array(buffer, byteOffset, byteLength), source);
  }
}

/** Reads the parts of a state by what its header says of them. */
export class PartsReader {
  readonly #parts: readonly Uint8Array[];
  readonly #tensors = new Map<number, Tensor<'float32'>>();

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts;
  }

  /** @throws `state-unreadable` */
  bytes(index: number): Uint8Array {
    const part = this.#parts[index];
    if (!part) throw unreadable('a part of it is missing');
    return part;
  }

  /** @throws `state-unreadable` */
  floats(index: number): Float32Array<ArrayBuffer> {
    const bytes = Uint8Array.from(this.bytes(index));
    if (bytes.length % 4 !== 0) throw unreadable('a part of it has another length');
    return new Float32Array(bytes.buffer);
  }

  /** A tensor; the same one for the same part. @throws `state-unreadable` */
  tensor(index: number, dims: readonly number[]): Tensor<'float32'> {
    const known = this.#tensors.get(index);
    if (known) return known;
    const data = this.floats(index);
    if (data.length !== dims.reduce((product, size) => product * size, 1)) {
      throw unreadable('a tensor of it has another shape');
    }
    const tensor = hostTensor('float32', data, dims);
    this.#tensors.set(index, tensor);
    return tensor;
  }
}
