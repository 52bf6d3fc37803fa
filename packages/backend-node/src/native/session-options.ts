import type { OrtSessionOptions } from '@internvl/backend/ort';
import type { Pointer } from './c-api.js';
import { type OrtRuntime, offHeap } from './ort-runtime.js';

/**
 * An `OrtSessionOptions` of the library, to be released: threads, log level, entries of `extra` and external data are set as
 * asked, everything else stays as the library has it. Keep `externalData` until the session is there.
 */
export function sessionOptions(runtime: OrtRuntime, asked: OrtSessionOptions): Pointer {
  const { api } = runtime;
  const options = runtime.made((out) => api.createSessionOptions(out));
  try {
    const { intraOpNumThreads, interOpNumThreads, logSeverityLevel, externalData = [], extra = {} } = asked;
    if (logSeverityLevel !== undefined) {
      runtime.check(api.setSessionLogSeverityLevel(options, logSeverityLevel));
    }
    if (intraOpNumThreads !== undefined) {
      runtime.check(api.setIntraOpNumThreads(options, intraOpNumThreads));
    }
    if (interOpNumThreads !== undefined) {
      runtime.check(api.setInterOpNumThreads(options, interOpNumThreads));
    }
    for (const [key, value] of entriesOf(extra)) {
      runtime.check(api.addSessionConfigEntry(options, key, value));
    }
    if (externalData.length > 0) addExternalData(runtime, options, externalData);
    return options;
  } catch (error) {
    api.releaseSessionOptions(options);
    throw error;
  }
}

/** `{ session: { disable_prepacking: '1' } }` is one entry, `session.disable_prepacking`. */
function entriesOf(tree: object, prefix = ''): [key: string, value: string][] {
  return Object.entries(tree).flatMap(([name, value]): [string, string][] =>
    typeof value === 'object' && value !== null
      ? entriesOf(value, `${prefix}${name}.`)
      : [[prefix + name, String(value)]],
  );
}

function addExternalData(
  runtime: OrtRuntime,
  options: Pointer,
  files: NonNullable<OrtSessionOptions['externalData']>,
): void {
  const { api } = runtime;
  const encoding = process.platform === 'win32' ? 'utf16le' : 'utf8';
  const names = files.map(({ path }) => offHeap(Buffer.from(`${path}\0`, encoding)));
  const addresses = (arrays: readonly Uint8Array[]) =>
    offHeap(BigUint64Array.from(arrays, (array) => api.koffi.address(array)));
  const buffers = files.map(({ data }) => offHeap(data));
  const lengths = offHeap(BigUint64Array.from(files, ({ data }) => BigInt(data.byteLength)));
  runtime.check(
    api.addExternalInitializersFromFilesInMemory(
      options,
      addresses(names),
      addresses(buffers),
      lengths,
      files.length,
    ),
  );
  // The library has copied the names; used once more, they could not go before it did.
  names.splice(0);
}
