/** What this browser can do, told before anything is downloaded. */
export interface DeviceFacts {
  /** Absent where there is no WebGPU adapter. */
  readonly webgpu?: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    /** Whether the adapter is a software one. */
    readonly fallbackAdapter: boolean;
    readonly limits: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number };
    readonly shaderF16: boolean;
  };
  /** Whether the page may use threads. */
  readonly crossOriginIsolated: boolean;
  /** Logical processors. */
  readonly threads: number;
  readonly memoryGiB?: number;
  /** Bytes. */
  readonly storage?: { readonly quota: number; readonly usage: number; readonly persisted: boolean };
}
