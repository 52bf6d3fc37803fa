import { arrayOver, type DType, InternVLError, type Span } from '@internvl/backend';
import { bytesPerElement } from '@internvl/backend/onnx';
import type { OrtDevice, OrtTensor } from '@internvl/backend/ort';
import type { OrtWeb } from './ort-web.js';

type GpuTensor = InstanceType<OrtWeb['Tensor']>;

/* Numbers of the WebGPU specification; TypeScript's library has no names for them. */
const usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 } as const;
const MAP_MODE_READ = 1;

/** The memory of a WebGPU device, for ONNX Runtime's graphs on that device. */
export class GpuMemory implements OrtDevice {
  readonly lost: Promise<never>;
  readonly #ort: OrtWeb;
  readonly #device: GPUDevice;
  readonly #buffers = new WeakMap<OrtTensor, GPUBuffer>();
  #lost: InternVLError | undefined;
  #fault: GPUError | undefined;

  constructor(ort: OrtWeb, device: GPUDevice) {
    this.#ort = ort;
    this.#device = device;
    this.lost = device.lost.then(({ reason, message }) => {
      this.#lost = deviceLost(reason, message);
      throw this.#lost;
    });
    // It is told by the runs that it ends, if there are any.
    this.lost.catch(() => {});
    device.addEventListener('uncapturederror', ({ error }) => {
      this.#fault ??= error;
    });
  }

  allocate(type: DType, dims: readonly number[]): OrtTensor {
    this.assertSound();
    const bytes = dims.reduce((product, size) => product * size, bytesPerElement(type));
    if (type === 'int8' || !(Number.isSafeInteger(bytes) && bytes > 0)) {
      throw new InternVLError(
        'invalid-option',
        `Expected a tensor with elements, of a type that lies in a GPU buffer, got ${type} [${dims.join(', ')}]; keep it on the CPU.`,
        { type, dims },
      );
    }
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (bytes > limit) {
      throw new InternVLError(
        'buffer-too-large',
        `Expected at most ${limit} bytes in one buffer of this GPU, got ${bytes} (${type} [${dims.join(', ')}]); use a smaller context or batch, or the wasm device.`,
        { bytes, limit, type, dims },
      );
    }
    const buffer = this.#device.createBuffer({
      // Shaders read four elements at a time.
      size: Math.ceil(bytes / 16) * 16,
      usage: usage.storage | usage.copySource | usage.copyTarget,
    });
    const tensor: GpuTensor = this.#ort.Tensor.fromGpuBuffer(buffer, {
      dataType: type,
      dims,
      download: async () => arrayOver(type, new Uint8Array(await this.#download(buffer, bytes))),
      dispose: () => buffer.destroy(),
    });
    this.#buffers.set(tensor, buffer);
    return tensor;
  }

  upload(to: OrtTensor, { buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): void {
    const padded = new Uint8Array(Math.ceil(byteLength / 4) * 4);
    padded.set(new Uint8Array(buffer, byteOffset, byteLength));
    this.#device.queue.writeBuffer(this.#bufferOf(to), 0, padded);
  }

  copy(from: OrtTensor, to: OrtTensor, spans: readonly Span[]): void {
    const [source, target] = [this.#bufferOf(from), this.#bufferOf(to)];
    const type = from.type as DType;
    const size = bytesPerElement(type);
    if (source === target || from.type !== to.type || size % 4 !== 0) {
      throw new InternVLError(
        'invalid-option',
        `Expected two tensors of one type with 4 bytes an element or more, got ${from.type} and ${to.type}${source === target ? ', the same tensor' : ''}; copy on the CPU instead.`,
        { from: from.type, to: to.type },
      );
    }
    const encoder = this.#device.createCommandEncoder();
    for (const span of spans) {
      if (span.length === 0) continue;
      encoder.copyBufferToBuffer(source, span.from * size, target, span.to * size, span.length * size);
    }
    this.#device.queue.submit([encoder.finish()]);
  }

  assertSound(): void {
    if (this.#lost) throw this.#lost;
    const fault = this.#fault;
    if (fault === undefined) return;
    this.#fault = undefined;
    const { message: reason } = fault;
    if (fault instanceof GPUOutOfMemoryError) {
      throw new InternVLError(
        'out-of-memory',
        `Expected the GPU to find memory, there was none: ${reason}; use a smaller precision, a shorter context or fewer tiles, or the wasm device.`,
        { device: 'webgpu', reason },
      );
    }
    throw new InternVLError(
      'run-failed',
      `Expected the GPU to do its work, it reported: ${reason}; use the wasm device.`,
      { device: 'webgpu', reason },
    );
  }

  #bufferOf(tensor: OrtTensor): GPUBuffer {
    const buffer = this.#buffers.get(tensor);
    if (buffer) return buffer;
    throw new InternVLError(
      'invalid-option',
      "Expected a tensor that this device allocated, got one of another; make it with the graph's allocate().",
    );
  }

  async #download(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    const staging = this.#device.createBuffer({
      size: Math.ceil(bytes / 4) * 4,
      usage: usage.mapRead | usage.copyTarget,
    });
    try {
      const encoder = this.#device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, staging.size);
      this.#device.queue.submit([encoder.finish()]);
      await Promise.race([staging.mapAsync(MAP_MODE_READ), this.lost]);
      return staging.getMappedRange().slice(0, bytes);
    } finally {
      staging.destroy();
    }
  }
}

function deviceLost(reason: string, message: string): InternVLError {
  return new InternVLError(
    'device-lost',
    `Expected the GPU to stay, the browser took it away (${reason}: ${message}); load the model again, on the wasm device if it goes on.`,
    { device: 'webgpu', reason, message },
  );
}
