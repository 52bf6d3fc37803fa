import type { WebDevice } from './web-device.js';

/** A way a model's weights may be stored, and what that takes. */
export interface PrecisionSizes {
  /** Name of the precision, as the converter spells it: `'q4'`. */
  readonly precision: string;
  /** Bytes of all weights. */
  readonly weightBytes: number;
  /** Bytes of the largest single tensor: one GPU binding holds it. */
  readonly largestTensorBytes: number;
}

/** What a model takes, in every precision that it may be had in, the one to prefer first within each backend. */
export interface ModelSizes {
  readonly precisions: readonly PrecisionSizes[];
  /** Bytes beside the weights: KV cache, activations. */
  readonly workingBytes?: number | undefined;
  /** Bytes that are still to be stored before the model runs, by default its weights; 0 for a model stored already. */
  readonly storeBytes?: number | undefined;
}

/** Why a choice was made, or what stands against it. */
export interface ChoiceReason {
  /** Stable, for a page that translates. */
  readonly code:
    | 'webgpu-chosen'
    | 'wasm-chosen'
    | 'no-webgpu'
    | 'software-gpu'
    | 'no-half-floats'
    | 'one-thread'
    | 'tensor-over-binding-limit'
    | 'weights-over-memory'
    | 'weights-over-address-space'
    | 'over-storage-quota'
    | 'storage-not-persisted'
    | 'nothing-fits';
  /** The numbers behind it. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** The same in English. */
  readonly words: string;
}

/** A precision that can be run here. */
export interface RunnablePrecision {
  readonly precision: string;
  /** What runs it here, the one to prefer first. */
  readonly backends: readonly WebDevice[];
  /** Whether the first of them has room for it. */
  readonly fits: boolean;
}

/** Which backend and precision to load a model with here. */
export interface RuntimeChoice {
  readonly backend: WebDevice;
  readonly precision: string;
  /**
   * Those of the sizes that run here, in their order: what may be offered. One that only a GPU in software would run is left
   * out where another needs none.
   */
  readonly runnable: readonly RunnablePrecision[];
  /** False when nothing fits; `backend` and `precision` are then the ones that come closest. */
  readonly fits: boolean;
  readonly reasons: readonly ChoiceReason[];
  /** The words of the reasons. */
  readonly words: readonly string[];
}
