import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { DatasetError } from '../error.js';
import type { Place } from '../sample/problem.js';
import type { Reading } from '../sample/reading.js';
import type { ByteSource } from '../source/byte-source.js';
import { memorySource } from '../source/input.js';
import { readAll, readRange } from '../source/read-range.js';
import { type Chunk, checkPages, chunksOf } from './check-pages.js';
import type { Format, ReadFormatOptions } from './format.js';
import { readParquetRow } from './parquet-row.js';
import { writeParquet } from './write-parquet.js';

/** A file that can't be read by parts is held in memory up to this size. */
const MOST_HELD = 2 ** 30;
/** Larger row groups are read in portions, so that image columns stay within memory. */
const BYTES_AT_ONCE = 64 * 2 ** 20;

/**
 * Parquet as Hugging Face writes it: images as structs `{ bytes, path }` or lists of them, with `conversations` or
 * `messages`, or `question` and `answer`. Written with `images`, `messages`, the sample's facts and the `huggingface`
 * schema, so that `datasets` gives images, not structs.
 */
export const parquet: Format = {
  name: 'parquet',
  summary: 'Parquet with Hugging Face image structs',
  extensions: ['.parquet'],
  read,
  write: writeParquet,
};

async function* read(
  source: ByteSource,
  options: ReadFormatOptions = {},
): AsyncGenerator<Reading, void, undefined> {
  const { signal } = options;
  for await (const { row, place } of parquetRows(source, { signal }))
    yield readParquetRow(row, place, options);
}

/** One row, its values as hyparquet gives them: text, numbers, bigints, dates, bytes, lists, objects. */
export interface ParquetRow {
  readonly place: Place;
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * The rows of a Parquet file in order, some at a time. Compressed with any codec but LZO.
 *
 * @throws `parquet-unreadable` when it is none or is damaged, `file-too-large` for a pipe above 1 GiB
 */
export async function* parquetRows(
  source: ByteSource,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ParquetRow, void, undefined> {
  const seekable =
    source.seekable && source.size !== undefined
      ? source
      : memorySource(await readAll(source, { mostBytes: MOST_HELD, signal }), source.name);
  const metadata = await guarded(source.name, signal, () => checkedMetadata(bufferOf(seekable, [], signal)));
  const file = bufferOf(seekable, chunksOf(metadata), signal);
  const compressors = await decompressorsFor(metadata);
  const rows = Number(metadata.num_rows);
  let start = 0;
  for (const group of metadata.row_groups) {
    const groupRows = Number(group.num_rows);
    const bytes = Number(group.total_byte_size);
    const portions = Math.max(1, Math.ceil(bytes / BYTES_AT_ONCE));
    const atOnce = Math.max(1, Math.ceil(groupRows / portions));
    for (let from = start; from < start + groupRows; from += atOnce) {
      signal?.throwIfAborted();
      const rowEnd = Math.min(from + atOnce, start + groupRows);
      const read = await guarded(source.name, signal, () =>
        parquetReadObjects({
          file,
          metadata,
          compressors,
          utf8: false,
          rowStart: from,
          rowEnd,
        }),
      );
      if (read.length !== rowEnd - from) {
        throw unreadable(source.name, `${rowEnd - from} rows stated, ${read.length} found`);
      }
      for (const [index, row] of read.entries()) {
        yield { place: { file: source.name, row: from + index + 1 }, row };
      }
    }
    start += groupRows;
  }
  if (start !== rows) throw unreadable(source.name, `${rows} rows stated, ${start} found`);
}

/** Those for what hyparquet can't unpack itself are loaded when a file needs them: they are larger than all the rest. */
async function decompressorsFor({ row_groups: groups }: FileMetaData): Promise<Compressors> {
  const own = groups.every(({ columns }) =>
    columns.every(
      ({ meta_data: facts }) =>
        facts === undefined || facts.codec === 'UNCOMPRESSED' || facts.codec === 'SNAPPY',
    ),
  );
  return own ? {} : (await import('hyparquet-compressors')).compressors;
}

async function checkedMetadata(file: AsyncBuffer): Promise<FileMetaData> {
  if (file.byteLength < 12) throw new Error(`${file.byteLength} bytes are too few`);
  return parquetMetadataAsync(file);
}

/** The file for the decoder; pages are looked at when a whole column chunk is fetched. */
function bufferOf(
  source: ByteSource,
  chunks: readonly Chunk[],
  signal: AbortSignal | undefined,
): AsyncBuffer {
  const byteLength = source.size ?? 0;
  const part = async (start: number, end: number): Promise<ArrayBuffer> => {
    const bytes = await readRange(source, start, end, { signal });
    for (const chunk of chunks) {
      if (chunk.start >= start && chunk.end <= end) {
        checkPages(bytes.subarray(chunk.start - start, chunk.end - start), chunk);
      }
    }
    return bytes.slice().buffer;
  };
  return {
    byteLength,
    slice(start, end = byteLength) {
      const bytes = part(start < 0 ? byteLength + start : start, Math.min(end, byteLength));
      // The decoder asks for several parts and drops the rest when one fails.
      bytes.catch(() => undefined);
      return bytes;
    },
  };
}

async function guarded<T>(name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    signal?.throwIfAborted();
    if (DatasetError.is(cause)) throw cause;
    throw unreadable(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unreadable(name: string, said: string, cause?: unknown): DatasetError {
  return new DatasetError(
    'parquet-unreadable',
    `Expected a whole Parquet file in ${name}, got something else or a damaged one (${said}); fetch it again.`,
    { file: name },
    { cause },
  );
}
