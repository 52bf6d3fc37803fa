import type { DType } from './dtype.js';
import type { Tensor, Tensors } from './tensor.js';

/** One named input or output of a graph. */
export interface Port {
  readonly name: string;
  readonly type: DType;
  /** Sizes; a string is a symbolic size: `['batch', 2, 'past', 128]`. */
  readonly dims: readonly (number | string)[];
}

export interface RunOptions {
  /** Ends the run; the promise rejects with `signal.reason` untouched. */
  readonly signal?: AbortSignal | undefined;
  /** Names of the outputs to return; all of them when left out. */
  readonly outputs?: readonly string[] | undefined;
  /**
   * Tensors of the caller that outputs are written into, by output name. Only for a backend whose
   * `capabilities.writesInto` is true. A tensor may also be a feed of the same run (a KV cache in place).
   */
  readonly into?: Tensors | undefined;
  /** Names of outputs that stay on the device (`location` is then not `'cpu'`). */
  readonly stayOnDevice?: readonly string[] | undefined;
}

/** Elements in a row that go from one tensor to another: where they start in each, and how many there are. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** A loaded model. */
export interface Graph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Runs once. Borrows the feeds, gives the outputs away: they belong to the caller. */
  run(feeds: Tensors, options?: RunOptions): Promise<Tensors>;
  /**
   * A tensor of any numbers where the runtime keeps its own (a GPU buffer): to be fed to graphs of the same backend and
   * written `into`, without ever crossing to the CPU. It outlives the graph; `dispose` frees it. Present, together with
   * `copy`, where `capabilities.deviceTensors` and `writesInto` are true and the runtime has memory of its own.
   *
   * @throws `buffer-too-large`, `device-lost`, `invalid-option` (no elements, or not 4 bytes each).
   */
  allocate?<T extends DType>(type: T, dims: readonly number[]): Tensor<T>;
  /**
   * Copies spans between two tensors that `allocate` made, on the device, behind every run that has ended and before every
   * run that is still to start.
   *
   * @throws `invalid-option` for another tensor or the same one twice.
   */
  copy?(from: Tensor, to: Tensor, spans: readonly Span[]): void;
  /** Frees the graph; idempotent. A later `run` rejects with `graph-disposed`. */
  dispose(): Promise<void>;
}
