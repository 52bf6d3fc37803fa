import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../error.js';
import { isJsonList, isJsonObject, type JsonValue } from '../sample/json.js';
import type { ByteSource } from '../source/byte-source.js';

/** A run of lines of one file, copied byte for byte, never changed afterwards. */
export interface Shard {
  readonly index: number;
  /** Below the plan's folder: `shards/00003.jsonl`. */
  readonly path: string;
  /** The file it comes from, as the input names it. */
  readonly source: string;
  /** Line of that file that the shard begins with, from 1. */
  readonly firstLine: number;
  /** Lines, blank ones included. */
  readonly lines: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** A file that was cut into shards. */
export interface ShardedInput {
  readonly name: string;
  /** Of its unpacked bytes. */
  readonly bytes: number;
  readonly sha256: string;
}

export interface ShardIndex {
  readonly inputs: readonly ShardedInput[];
  readonly shards: readonly Shard[];
}

interface MakeShardsOptions {
  readonly shardLines: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

const LINE_FEED = 0x0a;
const INDEX = 'index.json';

/** `00003` */
export function shardName(index: number): string {
  return String(index).padStart(5, '0');
}

/**
 * Cuts files into shards of so many lines below `folder/shards`. The folder appears under its name when it is whole;
 * where another process was faster, its shards count.
 *
 * @throws `file-missing` and others of the sources, `plan-empty`, `signal.reason`
 */
export async function makeShards(
  folder: string,
  sources: readonly ByteSource[],
  { shardLines, signal, onProgress }: MakeShardsOptions,
): Promise<ShardIndex> {
  const done = await readShards(folder);
  if (done !== undefined) return done;
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `shards.${randomUUID()}.part`);
  await mkdir(temporary);
  try {
    const index = await cut(temporary, sources, shardLines, signal, onProgress);
    await writeSynced(join(temporary, INDEX), `${JSON.stringify(index, null, 2)}\n`);
    return await takeName(folder, temporary, index);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The shards that are there, or undefined where none were made. @throws `shards-damaged` */
async function readShards(folder: string): Promise<ShardIndex | undefined> {
  const file = join(folder, 'shards', INDEX);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const index = parseIndex(text);
  if (index !== undefined) return index;
  throw new DatasetError(
    'shards-damaged',
    `Expected an index of shards in ${file}, got something else; remove the plan's folder and run again.`,
    { file },
  );
}

/** The bytes of a shard. @throws `shards-damaged` when they are not those that were cut */
export async function readShard(folder: string, shard: Shard): Promise<Uint8Array> {
  const bytes = await readFile(join(folder, shard.path));
  if (createHash('sha256').update(bytes).digest('hex') === shard.sha256) return bytes;
  throw new DatasetError(
    'shards-damaged',
    `Expected ${shard.path} with the digest ${shard.sha256}, got other bytes; remove the plan's folder and run again.`,
    { path: shard.path },
  );
}

async function cut(
  temporary: string,
  sources: readonly ByteSource[],
  shardLines: number,
  signal: AbortSignal | undefined,
  onProgress: ((bytes: number) => void) | undefined,
): Promise<ShardIndex> {
  const inputs: ShardedInput[] = [];
  const shards: Shard[] = [];
  let total = 0;
  for (const source of sources) {
    const whole = createHash('sha256');
    let bytes = 0;
    let line = 1;
    let writer: ShardWriter | undefined;
    const close = async () => {
      if (writer !== undefined) shards.push(await writer.close());
      writer = undefined;
    };
    for await (const piece of source.stream({ signal })) {
      signal?.throwIfAborted();
      whole.update(piece);
      bytes += piece.length;
      total += piece.length;
      onProgress?.(total);
      for (let from = 0; from < piece.length; ) {
        writer ??= await ShardWriter.open(temporary, shards.length, source.name, line);
        const to = endOf(piece, from, shardLines - writer.lines);
        await writer.write(piece.subarray(from, to.end), to.lines);
        line += to.lines;
        from = to.end;
        if (writer.lines === shardLines) await close();
      }
    }
    await close();
    inputs.push({ name: source.name, bytes, sha256: whole.digest('hex') });
  }
  if (shards.length > 0) return { inputs, shards };
  throw new DatasetError('plan-empty', 'Expected rows in the input, got none; check the files of the plan.', {
    inputs: inputs.map(({ name }) => name),
  });
}

/** Where so many more lines end in a piece, or the piece does. */
function endOf(
  piece: Uint8Array,
  from: number,
  most: number,
): { readonly end: number; readonly lines: number } {
  let end = from;
  for (let lines = 0; ; ) {
    const at = piece.indexOf(LINE_FEED, end);
    if (at < 0) return { end: piece.length, lines };
    end = at + 1;
    lines++;
    if (lines === most) return { end, lines };
  }
}

class ShardWriter {
  /** Line feeds written. */
  lines = 0;
  readonly #file: FileHandle;
  readonly #index: number;
  readonly #source: string;
  readonly #firstLine: number;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #open = false;

  private constructor(file: FileHandle, index: number, source: string, firstLine: number) {
    this.#file = file;
    this.#index = index;
    this.#source = source;
    this.#firstLine = firstLine;
  }

  static async open(folder: string, index: number, source: string, firstLine: number): Promise<ShardWriter> {
    const file = await open(join(folder, `${shardName(index)}.jsonl`), 'wx');
    return new ShardWriter(file, index, source, firstLine);
  }

  async write(piece: Uint8Array, lines: number): Promise<void> {
    this.#hash.update(piece);
    this.#bytes += piece.length;
    this.lines += lines;
    this.#open = piece.at(-1) !== LINE_FEED;
    await this.#file.writeFile(piece);
  }

  async close(): Promise<Shard> {
    await this.#file.sync();
    await this.#file.close();
    return {
      index: this.#index,
      path: `shards/${shardName(this.#index)}.jsonl`,
      source: this.#source,
      firstLine: this.#firstLine,
      lines: this.lines + (this.#open ? 1 : 0),
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
    };
  }
}

async function takeName(folder: string, temporary: string, index: ShardIndex): Promise<ShardIndex> {
  try {
    await rename(temporary, join(folder, 'shards'));
    return index;
  } catch (error) {
    const other = await readShards(folder);
    if (other !== undefined) return other;
    throw error;
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function parseIndex(text: string): ShardIndex | undefined {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value) || !isJsonList(value.inputs) || !isJsonList(value.shards)) return undefined;
  const inputs = value.inputs.flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    const { name, bytes, sha256 } = entry;
    if (typeof name !== 'string' || typeof bytes !== 'number' || typeof sha256 !== 'string') return [];
    return [{ name, bytes, sha256 }];
  });
  const shards = value.shards.flatMap((entry): Shard[] => {
    if (!isJsonObject(entry)) return [];
    const { index, path, source, firstLine, lines, bytes, sha256 } = entry;
    if (typeof index !== 'number' || typeof path !== 'string' || typeof source !== 'string') return [];
    if (typeof firstLine !== 'number' || typeof lines !== 'number' || typeof bytes !== 'number') return [];
    return typeof sha256 === 'string' ? [{ index, path, source, firstLine, lines, bytes, sha256 }] : [];
  });
  return shards.length === value.shards.length && inputs.length === value.inputs.length
    ? { inputs, shards }
    : undefined;
}
