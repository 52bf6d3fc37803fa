import type { OrtTensor } from '@internvl/backend/ort';
import type { Pointer } from './c-api.js';
import { NativeTensor } from './native-tensor.js';
import { copyOf, valueOver } from './native-values.js';
import { type OrtRuntime, offHeap } from './ort-runtime.js';

/** Names and values of a run's feeds or fetches, as the library takes them. `release` it. */
export class NativeList {
  readonly length: number;
  readonly names: BigUint64Array;
  /** Zero for a fetch that the library shall make itself; then it puts the value there. */
  readonly values: BigUint64Array;
  readonly #runtime: OrtRuntime;
  readonly #entries: readonly (readonly [name: string, tensor: OrtTensor | null])[];

  /** `names` tells where the name of a port is in C. */
  constructor(
    tensors: Readonly<Record<string, OrtTensor | null>>,
    runtime: OrtRuntime,
    names: ReadonlyMap<string, Pointer>,
  ) {
    this.#runtime = runtime;
    this.#entries = Object.entries(tensors);
    this.length = this.#entries.length;
    this.names = offHeap(BigUint64Array.from(this.#entries, ([name]) => names.get(name)!));
    this.values = offHeap(new BigUint64Array(this.length));
    this.#entries.forEach(([, tensor], index) => {
      if (tensor instanceof NativeTensor) this.values[index] = valueOver(runtime, tensor);
    });
  }

  /** What a run has written: the tensors that were given, and copies of what the library has made. */
  tensors(): Readonly<Record<string, NativeTensor>> {
    return Object.fromEntries(
      this.#entries.map(([name, tensor], index) => [
        name,
        tensor instanceof NativeTensor ? tensor : copyOf(this.#runtime, this.values[index]!),
      ]),
    );
  }

  release(): void {
    for (const value of this.values) if (value !== 0n) this.#runtime.api.releaseValue(value);
  }
}
