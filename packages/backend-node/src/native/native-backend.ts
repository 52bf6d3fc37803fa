import { type Backend, InternVLError } from '@internvl/backend';
import { ortBackend } from '@internvl/backend/ort';
import { loadKoffi } from './load-koffi.js';
import { nativeRuntime } from './native-runtime.js';

/** What `nativeBackend` takes. */
export interface NativeBackendOptions {
  /** CPU threads of one run; the number of physical cores by default. */
  readonly threads?: number | undefined;
  /** Rearranges weights for speed when a model loads, as `NodeBackendOptions.prepack`: off by default. */
  readonly prepack?: boolean | undefined;
}

/**
 * onnxruntime-node's own library on the CPU, through its C interface instead of its binding: `'ort-native:cpu'`. It writes into
 * tensors of the caller (`capabilities.writesInto`: a KV cache in place), runs beside the event loop, and ends a run in the
 * middle when its signal aborts. Needs the package koffi. Dispose the graphs: what they hold is not garbage collected.
 *
 * @throws `device-missing` when koffi or the library is not to be had here, or does not compute rightly; `invalid-option`.
 */
export async function nativeBackend({
  threads,
  prepack = false,
}: NativeBackendOptions = {}): Promise<Backend> {
  checkThreads(threads);
  const ort = await nativeRuntime(await loadKoffi());
  return ortBackend({
    ort,
    name: 'ort-native:cpu',
    executionProviders: ['cpu'],
    writesInto: true,
    endsRuns: true,
    sessionOptions: {
      interOpNumThreads: 1,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(prepack ? {} : { extra: { session: { disable_prepacking: '1' } } }),
    },
  });
}

function checkThreads(threads: number | undefined): void {
  if (threads === undefined || (Number.isInteger(threads) && threads > 0)) return;
  throw new InternVLError(
    'invalid-option',
    `Expected threads to be a whole number from 1, got ${threads}; leave it out for one per core.`,
    { threads },
  );
}
