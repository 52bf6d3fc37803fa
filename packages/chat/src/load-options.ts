import type { Backend } from '@internvl/backend';
import type { Progress } from '@internvl/checkpoint';
import type { MemoryOptions } from './memory-options.js';

/** What loading is doing; `loading` names a graph that the backend is loading, `loaded` and `total` count graphs. */
export type LoadProgress =
  | Progress
  | {
      readonly status: 'loading';
      readonly file: string;
      readonly loaded: number;
      readonly total: number;
    };

/** How a model is loaded in Node. */
export interface LoadOptions extends MemoryOptions {
  /**
   * A device of `@internvl/backend-node` (`'cpu'`, `'webgpu'`, `'cuda'`, `'dml'`, `'coreml'`), `'native'` (its CPU through the C
   * interface of ONNX Runtime, which needs the package koffi), `'reference'`, or, without a worker, a backend of your own. Left out: the best that works here; `chat.facts.backend` says which.
   */
  readonly backend?: string | Backend | undefined;
  /**
   * Precision of the stored weights: `'fp32'` (default), `'fp16'`, `'int8'`, `'q8'`, `'q4'`, or one for vision and one for
   * language, `'int8+q4'`, and four bits for table and head, `'int8+q4+q4'`; or `'auto'`, which goes by the device and the free memory (`onNote` says why). What the smaller ones change is in docs/quantisation.md.
   */
  readonly precision?: string | undefined;
  /** Threads of the runtime; its own choice when left out. */
  readonly threads?: number | undefined;
  /** Folder for converted models and downloads; the user's cache folder when left out. */
  readonly cache?: string | undefined;
  /** Host the model in a worker thread, so that the event loop never stalls: true by default. */
  readonly worker?: boolean | undefined;
  /**
   * Refuse a model that takes more memory than is free, before it is fetched and converted: true by default. With false a note
   * says so, and it is loaded all the same. A model on a device with memory of its own is not weighed.
   */
  readonly checkMemory?: boolean | undefined;
  /** Environment for the Hub client (`HF_HOME`, `HF_TOKEN`, …); `process.env` when left out. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** A note for people: a device is missing and another one is used. */
  readonly onNote?: ((note: string) => void) | undefined;
}
