import type { DType } from './dtype.js';
import type { Graph } from './graph.js';

/** Where a model is read from. */
export type ModelSource =
  /** A file on this machine; external data lies beside it and is memory-mapped where the runtime can. */
  | { readonly path: string }
  /** The bytes of a model and of its external data files, by the file name the model refers to. */
  | { readonly bytes: Uint8Array; readonly externalData?: Readonly<Record<string, Uint8Array>> };

export interface Capabilities {
  /** Element types that inputs and outputs may have. */
  readonly dtypes: ReadonlySet<DType>;
  /** Outputs can stay on the device and be fed back. */
  readonly deviceTensors: boolean;
  /** `RunOptions.into` is honoured. */
  readonly writesInto: boolean;
  /** Largest absolute error that conformance allows for numbers near 1, by element type; 0 when left out. */
  readonly tolerance: Readonly<Partial<Record<DType, number>>>;
}

/** How a model is loaded. */
export interface GraphLoadOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether the runtime rearranges weights for speed while it loads them. Quantised weights need it (without, ONNX Runtime is
   * many times slower); float32 weights gain a few per cent and are then copied instead of mapped. The backend's own choice
   * when left out; one that has no such thing ignores it.
   */
  readonly prepack?: boolean | undefined;
}

/** A runtime that loads and runs ONNX graphs. */
export interface Backend {
  readonly spec: 'v1';
  /** Runtime and device: `'ort-node:cpu'`, `'reference'`. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Loads a model; rejects with `model-unreadable` when it is not one. */
  load(model: ModelSource, options?: GraphLoadOptions): Promise<Graph>;
}
