import type { DType, TensorData } from './dtype.js';

/**
 * A block of numbers with a shape.
 *
 * Structural and named as ONNX Runtime names it, so that an `ort.TypedTensor` already is one.
 */
export interface Tensor<T extends DType = DType> {
  /** Element type. */
  readonly type: T;
  /** Row-major sizes, outermost first: `[tiles, 3, 448, 448]`. */
  readonly dims: readonly number[];
  /** Where the numbers are; `data` may be read only when this is `'cpu'`. */
  readonly location: string;
  /** The numbers, row-major; throws when `location` is not `'cpu'`. */
  readonly data: TensorData[T];
  /** The numbers, fetched from the device when they are not on the CPU. */
  getData(): Promise<TensorData[T]>;
  /** Frees what the tensor holds; idempotent. */
  dispose(): void;
}

/** Tensors by port name. */
export type Tensors = Readonly<Record<string, Tensor>>;
