import type { DType } from './dtype.js';
import type { Tensors } from './tensor.js';

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

/** A loaded model. */
export interface Graph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Runs once. Borrows the feeds, gives the outputs away: they belong to the caller. */
  run(feeds: Tensors, options?: RunOptions): Promise<Tensors>;
  /** Frees the graph; idempotent. A later `run` rejects with `graph-disposed`. */
  dispose(): Promise<void>;
}
