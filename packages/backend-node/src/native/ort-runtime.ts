import type { OrtApi, Place, Pointer, Status } from './c-api.js';

/** How a call in the background tells its end. */
type Settle = (error: unknown, status: Status) => void;

/** A table of functions with what every call of them needs: an environment, an allocator, a name for the memory of the CPU. */
export class OrtRuntime {
  readonly api: OrtApi;
  readonly env: Pointer;
  readonly memory: Pointer;
  readonly #allocator: Pointer;
  readonly #kept = new Set<readonly unknown[]>();

  constructor(api: OrtApi) {
    this.api = api;
    // The library has one environment, the binding's too if it is loaded; it lives as long as the process. 4: fatal errors alone.
    this.env = this.made((out) => api.createEnv(4, 'internvl', out));
    this.check(api.disableTelemetryEvents(this.env));
    // 0 and 0: memory of a device, its default kind.
    this.memory = this.made((out) => api.createCpuMemoryInfo(0, 0, out));
    this.#allocator = this.made((out) => api.getAllocatorWithDefaultOptions(out));
  }

  /** @throws what the library says when a call did not succeed */
  check(status: Status): void {
    if (!status) return;
    const message = this.api.getErrorMessage(status);
    this.api.releaseStatus(status);
    throw new Error(message);
  }

  /**
   * Starts a call on a thread of libuv's pool and waits for it. What it reads and writes is `kept`: not collected before it
   * returns, whoever else has let go of it.
   */
  async inBackground(kept: readonly unknown[], start: (settle: Settle) => void): Promise<void> {
    this.#kept.add(kept);
    try {
      const status = await new Promise<Status>((resolve, reject) => {
        start((error, result) => (error ? reject(error) : resolve(result)));
      });
      this.check(status);
    } finally {
      this.#kept.delete(kept);
    }
  }

  /** What a call makes. */
  made(call: (out: Place) => Status): Pointer {
    const out = offHeap(new BigUint64Array(1));
    this.check(call(out));
    return out[0]!;
  }

  /** A count that a call gives. */
  count(call: (out: Place) => Status): number {
    return Number(this.made(call));
  }

  /** The text that a call allocates, and where it is; `free` it. */
  text(call: (allocator: Pointer, out: Place) => Status): {
    readonly text: string;
    readonly at: Pointer;
  } {
    const at = this.made((out) => call(this.#allocator, out));
    return { text: this.api.koffi.decode.string(at), at };
  }

  /** Frees what `text` gave. */
  free(at: Pointer): void {
    this.check(this.api.allocatorFree(this.#allocator, at));
  }
}

/** V8 keeps small arrays in memory that it moves, until somebody asks for their buffer. */
export function offHeap<T extends ArrayBufferView>(array: T): T {
  void array.buffer;
  return array;
}
