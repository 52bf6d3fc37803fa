import { InternVLError } from '@internvl/backend';
import type { OrtWeb } from './ort-web.js';
import { threadsFault } from './threads-fault.js';
import type { ResolvedWasmPaths } from './wasm-paths.js';

/** What of ONNX Runtime's settings is touched. */
export interface RuntimeSettings {
  wasmPaths?: OrtWeb['env']['wasm']['wasmPaths'];
  numThreads?: number | undefined;
}

export interface StartOptions {
  readonly paths: ResolvedWasmPaths;
  readonly threads: number;
  /** Milliseconds within which the runtime has to be there, its download included. */
  readonly startLimitMs: number;
}

/**
 * Tells ONNX Runtime where its files lie, and guards `first`, the work with which it starts: threads that cannot start would
 * leave it pending for ever.
 *
 * @throws `invalid-option` when the runtime of this page or worker has started with other files or threads;
 *   `threads-blocked`, `runtime-timeout`.
 */
export async function startRuntime<T>(
  wasm: RuntimeSettings,
  { paths, threads, startLimitMs }: StartOptions,
  first: () => Promise<T>,
): Promise<T> {
  if (wasm.wasmPaths !== undefined) {
    assertSame(wasm, paths, threads);
    return first();
  }
  wasm.wasmPaths = paths;
  wasm.numThreads = threads;
  const guard = new AbortController();
  try {
    const guards = [deadline(startLimitMs, paths, guard.signal)];
    if (threads > 1) guards.push(threadsFault(paths.mjs, guard.signal));
    return await Promise.race([first(), ...guards]);
  } finally {
    guard.abort();
  }
}

function assertSame(wasm: RuntimeSettings, paths: ResolvedWasmPaths, threads: number): void {
  const started = { paths: JSON.stringify(wasm.wasmPaths), threads: wasm.numThreads };
  const wanted = { paths: JSON.stringify(paths), threads };
  if (started.paths === wanted.paths && started.threads === wanted.threads) return;
  throw new InternVLError(
    'invalid-option',
    `Expected the files and threads that ONNX Runtime has started with here (${started.paths}, ${started.threads}), got ${wanted.paths} and ${wanted.threads}; it starts once in a page or worker: pass the same, or make a new worker.`,
    { started, wanted },
  );
}

/** Rejects when the time is over; stays pending when the signal comes first. */
function deadline(limitMs: number, paths: ResolvedWasmPaths, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => {
      reject(
        new InternVLError(
          'runtime-timeout',
          `Expected ONNX Runtime to start within ${limitMs} ms, it did not; check that ${paths.mjs} and ${paths.wasm} are the two files of one build, or pass a larger startLimitMs on a slow line.`,
          { limitMs, ...paths },
        ),
      );
    }, limitMs);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
