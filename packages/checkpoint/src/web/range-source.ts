import { InternVLError } from '@internvl/backend';
import { bodyOf, type Connection, PassingFault, withRetries } from '../hub/connection.js';
import { continuesAt, sizeMismatch, type WantedFile } from '../hub/fetch-rest.js';
import type { ByteReadOptions, ByteSource } from '../safetensors/byte-source.js';
import { truncated } from '../safetensors/bytes-source.js';

/** Bytes that a short read fetches and keeps: the next short read is most often right behind it. */
const AHEAD = 2 ** 20;
/** Bytes that are read and thrown away where a server knows no ranges. */
const SKIPPED = 16 * 2 ** 20;

/** One request with these headers; gives back an answer that is well. */
export type Ask = (connection: Connection, headers: Readonly<Record<string, string>>) => Promise<Response>;

/** A file on a server that is read by ranges. */
export function rangeSource(connection: Connection, file: WantedFile, ask: Ask): ByteSource {
  const { name, size } = file;
  let ahead = { start: 0, bytes: new Uint8Array() };
  return {
    name,
    size,
    async read(offset, length, { signal } = {}) {
      signal?.throwIfAborted();
      if (offset + length > size) throw truncated(name, offset + length, size);
      const from = offset - ahead.start;
      if (from >= 0 && from + length <= ahead.bytes.length) return ahead.bytes.slice(from, from + length);
      if (length >= AHEAD) return fetchRange(connection, file, ask, offset, length, { signal });
      const bytes = await fetchRange(connection, file, ask, offset, Math.min(AHEAD, size - offset), {
        signal,
      });
      ahead = { start: offset, bytes };
      return bytes.slice(0, length);
    },
    async close() {
      ahead = { start: 0, bytes: new Uint8Array() };
    },
  };
}

/** Exactly these bytes; continued where a connection breaks. */
async function fetchRange(
  connection: Connection,
  file: WantedFile,
  ask: Ask,
  offset: number,
  length: number,
  { signal }: ByteReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const signals = [connection.signal, signal].filter((one) => one !== undefined);
  const own = { ...connection, signal: signals.length > 0 ? AbortSignal.any(signals) : undefined };
  const bytes = new Uint8Array(length);
  let loaded = 0;
  await withRetries(own, file.name, async (progressed) => {
    if (loaded === length) return;
    const first = offset + loaded;
    const response = await ask(own, { range: `bytes=${first}-${offset + length - 1}` });
    let skip = continuesAt(response, first) ? 0 : first;
    if (skip > SKIPPED) {
      await response.body?.cancel();
      throw noRanges(own, file);
    }
    const whole = skip > 0 || response.status !== 206;
    for await (const chunk of bodyOf(response, own)) {
      const part = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - part.length;
      if (loaded + part.length > length && !whole)
        throw sizeMismatch({ name: file.name, size: length }, loaded + part.length);
      bytes.set(part.subarray(0, length - loaded), loaded);
      loaded = Math.min(length, loaded + part.length);
      if (part.length > 0) progressed();
      if (whole && loaded === length) return;
    }
    if (loaded < length) throw new PassingFault(`the body ended ${length - loaded} bytes early`);
  });
  return bytes;
}

function noRanges({ endpoint }: Connection, { name }: WantedFile): InternVLError {
  return new InternVLError(
    'ranges-unsupported',
    `Expected ${endpoint} to hand out a part of ${name}, it gives the whole file only; download it whole (download: 'whole'), or serve it from a server that answers range requests.`,
    { endpoint, file: name },
  );
}
