import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../../error.js';
import { isJsonObject, type JsonValue } from '../../sample/json.js';
import type { CallLog, LoggedCall } from '../call-log.js';

export interface FileCallLogOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told of lines that a kill or a full disk left half written. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/** Where a logged call lies. */
interface Location {
  readonly file: string;
  /** In bytes; the line break not counted. */
  readonly start: number;
  readonly length: number;
}

const NAME = /^calls-(\d{6})\.jsonl$/;
const LINE_BREAK = 0x0a;

/**
 * A call log in a folder: files `calls-000001.jsonl`, …, one for each process that wrote, one JSON line per response,
 * appended and synced before anyone sees it, never changed. Only keys and offsets are held in memory.
 *
 * Several processes may use one folder at once; each sees what was there when it opened, and its own.
 *
 * @throws `call-log-failed` when the folder can't be read; `signal.reason`
 */
export async function fileCallLog(
  directory: string,
  { signal, onNote }: FileCallLogOptions = {},
): Promise<CallLog> {
  const index = new Map<string, Location>();
  try {
    await mkdir(directory, { recursive: true });
    const names = (await readdir(directory)).filter((name) => NAME.test(name)).sort();
    for (const name of names) {
      const torn = await indexFile(join(directory, name), index, signal);
      if (torn > 0) onNote?.(`${join(directory, name)}: ${torn} half-written lines are left out`);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw logError(directory, 'read', error);
  }
  return new FileCallLog(directory, index);
}

class FileCallLog implements CallLog {
  readonly #directory: string;
  readonly #index: Map<string, Location>;
  readonly #readers = new Map<string, Promise<FileHandle>>();
  #pending: { readonly call: LoggedCall; done(): void; failed(error: unknown): void }[] = [];
  #flushing: Promise<void> | undefined;
  #writer: { readonly handle: FileHandle; readonly file: string; size: number } | undefined;
  #broken: DatasetError | undefined;

  constructor(directory: string, index: Map<string, Location>) {
    this.#directory = directory;
    this.#index = index;
  }

  async get(key: string): Promise<string | undefined> {
    const location = this.#index.get(key);
    if (location === undefined) return undefined;
    const call = await this.#read(location);
    if (call !== undefined) return call.raw;
    throw logError(location.file, 'read', 'another content than when it was opened');
  }

  async put(call: LoggedCall): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    await new Promise<void>((resolve, reject) => {
      this.#pending.push({ call, done: resolve, failed: reject });
      this.#flushing ??= this.#flush();
    });
  }

  async *calls(translator: string): AsyncGenerator<LoggedCall, void, void> {
    for (const location of [...this.#index.values()]) {
      const call = await this.#read(location);
      if (call?.translator === translator) yield call;
    }
  }

  async close(): Promise<void> {
    await this.#flushing;
    const readers = [...this.#readers.values()];
    this.#readers.clear();
    for (const reader of readers) await (await reader).close();
    await this.#writer?.handle.close();
    this.#writer = undefined;
  }

  /** Writes and syncs all that came meanwhile, until nothing comes: one sync for many calls. */
  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await this.#append(batch.map(({ call }) => call));
        for (const { done } of batch) done();
      } catch (error) {
        this.#broken = logError(this.#directory, 'written', error);
        for (const { failed } of [...batch, ...this.#pending.splice(0)]) failed(this.#broken);
      }
    }
    this.#flushing = undefined;
  }

  async #append(calls: readonly LoggedCall[]): Promise<void> {
    this.#writer ??= await this.#create();
    const { handle, file } = this.#writer;
    const lines = calls.map(({ key, translator, raw }) =>
      Buffer.from(`${JSON.stringify({ key, translator, raw })}\n`),
    );
    await handle.appendFile(Buffer.concat(lines));
    await handle.datasync();
    calls.forEach(({ key }, at) => {
      const length = lines[at]!.length;
      this.#index.set(key, { file, start: this.#writer!.size, length: length - 1 });
      this.#writer!.size += length;
    });
  }

  /** The next number that no other process has. */
  async #create() {
    for (let number = 1; ; number++) {
      const file = join(this.#directory, `calls-${String(number).padStart(6, '0')}.jsonl`);
      try {
        return { handle: await open(file, 'ax'), file, size: 0 };
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
    }
  }

  async #read({ file, start, length }: Location): Promise<LoggedCall | undefined> {
    let reader = this.#readers.get(file);
    if (reader === undefined) {
      reader = open(file, 'r');
      this.#readers.set(file, reader);
    }
    const { buffer } = await (await reader).read(Buffer.alloc(length), 0, length, start);
    return parseCall(buffer.toString('utf8'));
  }
}

/** @returns lines that are no call */
async function indexFile(
  file: string,
  index: Map<string, Location>,
  signal: AbortSignal | undefined,
): Promise<number> {
  let torn = 0;
  let start = 0;
  let pieces: Buffer[] = [];
  const take = (line: Buffer) => {
    const call = parseCall(line.toString('utf8'));
    if (call === undefined) torn++;
    else index.set(call.key, { file, start, length: line.length });
    start += line.length + 1;
  };
  const chunks: AsyncIterable<Buffer> = createReadStream(file, {
    highWaterMark: 1 << 20,
    ...(signal && { signal }),
  });
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_BREAK); at >= 0; at = chunk.indexOf(LINE_BREAK, from)) {
      pieces.push(chunk.subarray(from, at));
      take(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
      pieces = [];
      from = at + 1;
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
  }
  // What no line break ends was being written when its process died.
  return torn + (pieces.length > 0 ? 1 : 0);
}

function parseCall(line: string): LoggedCall | undefined {
  let value: JsonValue;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { key, translator, raw } = value;
  if (typeof key !== 'string' || typeof translator !== 'string' || typeof raw !== 'string') return undefined;
  return { key, translator, raw };
}

function logError(path: string, how: 'read' | 'written', cause: unknown): DatasetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const full = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
  return new DatasetError(
    full ? 'disk-full' : 'call-log-failed',
    `Expected the call log ${path} to be ${how}, got ${reason}; ${full ? 'free some space' : 'check the folder'} and run again.`,
    { path },
    { cause },
  );
}
