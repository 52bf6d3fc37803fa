import type { DType, TensorData } from '../dtype.js';
import { InternVLError } from '../error.js';
import { hostTensor } from '../host-tensor.js';
import type { Tensor } from '../tensor.js';
import { elementsOf, isDType } from '../typed-array.js';
import type { LastingSession } from './lasting-session.js';
import type { OrtDevice } from './ort-device.js';
import type { OrtNamespace, OrtTensor } from './ort-namespace.js';

/** What `OrtTensors` has to know of its backend. */
export interface OrtTensorsHost {
  readonly readsDevice: boolean;
  readonly writesInto: boolean;
  readonly device: OrtDevice | undefined;
  /** Lets one thing at a time work on the runtime's tensors. */
  readonly inTurn: <T>(task: () => Promise<T>) => Promise<T>;
}

/** Translates tensors between a backend's callers and ONNX Runtime; knows which of ours stand for device tensors. */
export class OrtTensors {
  readonly #ort: OrtNamespace;
  readonly #host: OrtTensorsHost;
  readonly #onDevice = new WeakMap<Tensor, OrtTensor>();

  constructor(ort: OrtNamespace, host: OrtTensorsHost) {
    this.#ort = ort;
    this.#host = host;
  }

  /** A tensor of ours over new memory of the device. */
  allocate<T extends DType>(device: OrtDevice, type: T, dims: readonly number[]): Tensor<T> {
    return this.#allocated('', type, device.allocate(type, dims));
  }

  /**
   * ONNX Runtime's tensor for a feed, without copying.
   *
   * @throws `invalid-option` for a device tensor that this backend did not make.
   */
  feed(name: string, tensor: Tensor): OrtTensor {
    if (tensor.location === 'cpu') return this.#fromHost(tensor);
    const known = tensor instanceof this.#ort.Tensor ? tensor : this.#onDevice.get(tensor);
    if (known) return known;
    throw new InternVLError(
      'invalid-option',
      `Expected "${name}" on the CPU or kept on the device by this backend, got a tensor on ${tensor.location}; fetch it with getData() first.`,
      { feed: name, location: tensor.location },
    );
  }

  /**
   * ONNX Runtime's tensor to write into; null where there is none, and where the caller's lies on the CPU and the runtime
   * cannot write there.
   *
   * @throws `invalid-option` for a device tensor that this backend did not make.
   */
  target(into: Tensor | undefined): OrtTensor | null {
    if (into === undefined) return null;
    if (into.location !== 'cpu') return this.allocated('into', into);
    // Beside a device the runtime's own outputs lie there, and come over afterwards.
    return this.#host.writesInto && !this.#host.device ? this.#fromHost(into) : null;
  }

  /**
   * ONNX Runtime's tensor for one on the device.
   *
   * @throws `invalid-option` when this backend did not make it, or it was disposed.
   */
  allocated(role: string, tensor: Tensor): OrtTensor {
    const known = this.#onDevice.get(tensor);
    if (known) return known;
    throw new InternVLError(
      'invalid-option',
      `Expected "${role}" to be a tensor in use that this backend allocated, got one on ${tensor.location}; make it with the graph's allocate().`,
      { option: role, location: tensor.location },
    );
  }

  /** A tensor of ours for an output: plain arrays on the CPU, a handle on the device that holds its session. */
  output(name: string, tensor: OrtTensor, from: LastingSession): Tensor {
    const { type, dims, location } = tensor;
    if (!isDType(type)) throw unexpected(name, type);
    if (location === 'cpu') return hostTensor(type, elements(name, type, tensor.data), dims);
    const letGo = from.hold();
    return this.#handle(name, type, tensor, () => {
      tensor.dispose();
      letGo();
    });
  }

  /** An output on the CPU, moved to the device. */
  moved(name: string, tensor: OrtTensor, device: OrtDevice): Tensor {
    const { type, dims } = tensor;
    if (!isDType(type)) throw unexpected(name, type);
    const data = elements(name, type, tensor.data);
    if (data.length === 0) return hostTensor(type, data, dims);
    const target = device.allocate(type, dims);
    device.upload(target, data);
    return this.#allocated(name, type, target);
  }

  /** Copies what a run made into a tensor of the caller on the CPU. */
  fill(name: string, into: Tensor, { dims, data }: OrtTensor): Tensor {
    if (into.dims.join() !== dims.join()) throw ofAnotherSize(name, dims, into.dims);
    bytesOf(into.data).set(bytesOf(elements(name, into.type, data)));
    return into;
  }

  /** Freed in turn: a run that its caller has given up may still write into it. */
  #allocated<T extends DType>(name: string, type: T, tensor: OrtTensor): Tensor<T> {
    return this.#handle(name, type, tensor, () => void this.#host.inTurn(async () => tensor.dispose()));
  }

  #handle<T extends DType>(name: string, type: T, tensor: OrtTensor, free: () => void): Tensor<T> {
    const { dims, location } = tensor;
    const handle: Tensor<T> = {
      type,
      dims,
      location,
      get data(): TensorData[T] {
        return elements(name, type, tensor.data);
      },
      getData: async () => {
        if (!this.#host.readsDevice) throw notReadable(name, location);
        this.#host.device?.assertSound();
        return elements(name, type, await tensor.getData());
      },
      dispose: () => {
        if (this.#onDevice.delete(handle)) free();
      },
    };
    this.#onDevice.set(handle, tensor);
    return handle;
  }

  #fromHost({ type, data, dims }: Tensor): OrtTensor {
    const { Tensor: OrtTensorClass } = this.#ort;
    if (type !== 'float16') return new OrtTensorClass(type, data, dims);
    const bits = elements('', type, data);
    const tensor = new OrtTensorClass(type, bits, dims);
    // onnxruntime-common 1.30 turns the bits into a Float16Array where there is one (Node 24), whose length the
    // Node binding then reads as 0 ("not enough space"): microsoft/onnxruntime#32323.
    if ('Float16Array' in globalThis) Object.defineProperty(tensor, 'cpuData', { value: bits });
    return tensor;
  }
}

/** The array of a tensor; float16 as its bits, whatever class the runtime has for it. */
function elements<T extends DType>(name: string, type: T, data: unknown): TensorData[T] {
  const known = elementsOf(type, data);
  if (known) return known;
  throw unexpected(name, Object.prototype.toString.call(data));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function ofAnotherSize(
  output: string,
  expected: readonly number[],
  actual: readonly number[],
): InternVLError {
  return new InternVLError(
    'shape-mismatch',
    `Expected a tensor of [${expected.join(', ')}] to write "${output}" into, got [${actual.join(', ')}]; pass one of the size that the run makes.`,
    { output, expected, actual },
  );
}

function unexpected(name: string, found: string): InternVLError {
  return new InternVLError(
    'dtype-mismatch',
    `Expected ONNX Runtime to give "${name}" in an element type of ours, got ${found}; take an output of another type.`,
    { output: name, found },
  );
}

function notReadable(name: string, location: string): InternVLError {
  return new InternVLError(
    'invalid-option',
    `Expected to read "${name}" on the CPU, it stays on ${location}, where this runtime cannot read; leave it out of stayOnDevice.`,
    { output: name, location },
  );
}
