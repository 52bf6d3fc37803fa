import type { DType, TensorData } from '../dtype.js';

/*
 * What the adapter needs of `onnxruntime-node`, `-web` or `-common`, by structure: whatever copy of the library
 * an application holds, its namespace fits.
 */

/** `import * as ort from 'onnxruntime-node'`. */
export interface OrtNamespace {
  readonly InferenceSession: {
    create(path: string, options?: OrtSessionOptions): Promise<OrtSession>;
    create(bytes: Uint8Array, options?: OrtSessionOptions): Promise<OrtSession>;
  };
  readonly Tensor: new (type: DType, data: TensorData[DType], dims: readonly number[]) => OrtTensor;
}

/** A loaded model: `ort.InferenceSession`. */
export interface OrtSession {
  readonly inputMetadata: readonly OrtPort[];
  readonly outputMetadata: readonly OrtPort[];
  /** `fetches` by name: a tensor to write into (of the device, or wherever the runtime can), or null for a fresh one. */
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
    fetches: Readonly<Record<string, OrtTensor | null>>,
    options?: OrtRunOptions,
  ): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

/** What the adapter asks of a run. */
export interface OrtRunOptions {
  readonly logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  /** Ends the run in the middle; passed to runtimes that do it (`OrtBackendOptions.endsRuns`). */
  readonly signal?: AbortSignal;
}

/** What a session says of an input or output; `shape` mixes sizes and symbolic names. */
export type OrtPort =
  | { readonly name: string; readonly isTensor: false }
  | {
      readonly name: string;
      readonly isTensor: true;
      readonly type: string;
      readonly shape: readonly (number | string)[];
    };

/** `ort.Tensor`; `data` may be read where `location` is `'cpu'`. */
export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly location: string;
  readonly data: unknown;
  getData(): Promise<unknown>;
  dispose(): void;
}

/** An execution provider by name, or with options of its own. */
export type ExecutionProvider = string | { readonly name: string };

/** The session options that the adapter sets itself; others pass through as they are. */
export interface OrtSessionOptions {
  executionProviders?: readonly ExecutionProvider[];
  externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
  preferredOutputLocation?: Readonly<Record<string, 'cpu' | 'gpu-buffer' | 'ml-tensor'>>;
  logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  intraOpNumThreads?: number;
  interOpNumThreads?: number;
  enableCpuMemArena?: boolean;
  enableMemPattern?: boolean;
  extra?: Record<string, unknown>;
}
