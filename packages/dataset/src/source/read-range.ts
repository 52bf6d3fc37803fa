import { DatasetError } from '../error.js';
import type { ByteSource, ReadOptions } from './byte-source.js';

/**
 * The bytes from `start` to before `end`, in one piece.
 *
 * @throws `file-truncated` when the source ends before `end`, or there are no such bytes
 */
export async function readRange(
  source: ByteSource,
  start: number,
  end: number,
  options: Pick<ReadOptions, 'signal'> = {},
): Promise<Uint8Array> {
  const { size = Number.MAX_SAFE_INTEGER } = source;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start || end > size) {
    throw new DatasetError(
      'file-truncated',
      `Expected bytes ${start} to ${end} of ${source.name}, got ${size} bytes in all; fetch the file again.`,
      { file: source.name, start, end, size },
    );
  }
  const bytes = new Uint8Array(end - start);
  let filled = 0;
  for await (const piece of source.stream({ ...options, start, end })) {
    const room = piece.subarray(0, bytes.length - filled);
    bytes.set(room, filled);
    filled += room.length;
    if (filled === bytes.length) break;
  }
  if (filled < bytes.length) {
    throw new DatasetError(
      'file-truncated',
      `Expected ${bytes.length} bytes from byte ${start} of ${source.name}, got ${filled}; fetch the file again.`,
      { file: source.name, start, end, filled },
    );
  }
  return bytes;
}

/**
 * All bytes of a source, unpacked.
 *
 * @throws `file-too-large` above `mostBytes`
 */
export async function readAll(
  source: ByteSource,
  { mostBytes, signal }: { readonly mostBytes: number; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source.stream({ signal })) {
    size += piece.length;
    if (size > mostBytes) {
      throw new DatasetError(
        'file-too-large',
        `Expected at most ${mostBytes} bytes in ${source.name}, got more; split the file.`,
        { file: source.name, mostBytes },
      );
    }
    pieces.push(piece);
  }
  const bytes = new Uint8Array(size);
  let filled = 0;
  for (const piece of pieces) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}
