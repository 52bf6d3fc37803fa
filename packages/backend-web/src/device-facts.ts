/** What a GPU adapter says of itself, and the limits that models meet. */
export interface GpuFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** A driver in software (SwiftShader, WARP): right at best, and slower than WASM. */
  readonly fallbackAdapter: boolean;
  /** The GPU computes in float16. */
  readonly shaderF16: boolean;
  /** Bytes. */
  readonly limits: {
    /** Of one buffer. */
    readonly maxBufferSize: number;
    /** Of one tensor that a shader reads or writes. */
    readonly maxStorageBufferBindingSize: number;
  };
}

/** What this browser has to run a model with. Nothing is downloaded to find out. */
export interface DeviceFacts {
  /** Absent where there is no WebGPU adapter. */
  readonly webgpu?: GpuFacts;
  /** Whether threads may share memory: the page was served with the two isolation headers. */
  readonly crossOriginIsolated: boolean;
  /** Threads that WASM would run with. */
  readonly threads: number;
  /** GiB of memory, rounded and at most 8, where the browser tells (Chromium). */
  readonly memoryGiB?: number;
  /** Room for stored models, bytes; absent where the browser does not tell. */
  readonly storage?: {
    readonly quota: number;
    readonly usage: number;
    /** The browser keeps the data when space runs short. */
    readonly persisted: boolean;
  };
}
