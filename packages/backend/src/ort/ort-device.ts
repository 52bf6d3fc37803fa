import type { DType } from '../dtype.js';
import type { Span } from '../graph.js';
import type { OrtTensor } from './ort-namespace.js';

/**
 * The memory of the device that a runtime computes on, where the application can reach it: a browser's WebGPU device. Given
 * to `ortBackend`, its graphs write into tensors there.
 */
export interface OrtDevice {
  /**
   * A tensor of the runtime over new memory; its `dispose` frees it.
   *
   * @throws `buffer-too-large`, `invalid-option`.
   */
  allocate(type: DType, dims: readonly number[]): OrtTensor;
  /** Fills a tensor that `allocate` made. */
  upload(to: OrtTensor, data: ArrayBufferView): void;
  /** Copies between two of them, between the runs before and after. */
  copy(from: OrtTensor, to: OrtTensor, spans: readonly Span[]): void;
  /** Never resolves; rejects with `device-lost` when the device is lost, be it before or while a graph runs. */
  readonly lost: Promise<never>;
  /**
   * Throws what the device has reported since it was asked last: it does so beside the runs.
   *
   * @throws `device-lost`, `out-of-memory`, `run-failed`.
   */
  assertSound(): void;
}
