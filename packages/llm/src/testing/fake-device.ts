import { type DType, hostTensor, type Span, type Tensor, type TensorData } from '@internvl/backend';

/** Memory of a device that does not exist: its tensors are on no CPU, are counted, and gone once disposed. */
export class FakeDevice {
  readonly #live = new Map<Tensor, Float32Array>();

  /** Tensors that were allocated and not disposed. */
  get liveTensors(): number {
    return this.#live.size;
  }

  allocate<T extends DType>(type: T, dims: readonly number[]): Tensor<T> {
    const data = new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(Number.NaN);
    if (type !== 'float32' || data.length === 0) throw new Error(`${type} [${dims}]`);
    const tensor: Tensor<T> = {
      type,
      dims,
      location: 'gpu-buffer',
      get data(): TensorData[T] {
        throw new Error('not on the CPU');
      },
      getData: async () => this.#data(tensor).slice() as TensorData[T],
      dispose: () => {
        this.#live.delete(tensor);
      },
    };
    this.#live.set(tensor, data);
    return tensor;
  }

  copy(from: Tensor, to: Tensor, spans: readonly Span[]): void {
    const [source, target] = [this.#data(from), this.#data(to)];
    if (source === target || spans.length === 0) throw new Error('nothing to copy');
    for (const { from: start, to: place, length } of spans) {
      if (length === 0) throw new Error('an empty span');
      target.set(source.subarray(start, start + length), place);
    }
  }

  /** What a graph sees of a feed or target: the numbers themselves. */
  seen(tensor: Tensor): Tensor {
    return tensor.location === 'cpu' ? tensor : hostTensor('float32', this.#data(tensor), tensor.dims);
  }

  #data(tensor: Tensor): Float32Array {
    const data = this.#live.get(tensor);
    if (data) return data;
    throw new Error('a tensor of another device, or a disposed one');
  }
}
