import { InternVLError } from '@internvl/backend';
import { Sha256 } from '../hash/sha256.js';
import type { OnProgress, Progress } from '../progress.js';
import type { ByteSource } from '../safetensors/byte-source.js';
import type { RemoteFile } from '../source/checkpoint.js';
import { blobSource } from './blob-source.js';
import { readText, type StoreDirectory, writeText } from './store-directory.js';

/** How often a file with a wrong hash is fetched anew before giving up. */
const WRONG_HASHES = 1;
/** Bytes read at a time of what is there already. */
const STEP = 4 * 2 ** 20;

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Copies of weight files. */
export interface Downloaded {
  readonly copies: readonly ByteSource[];
  /** SHA-256 by name. */
  readonly hashes: ReadonlyMap<string, string>;
}

/**
 * Fetches weight files whole into a folder, one after the other: goes on with what is there, checks sizes and hashes, and
 * notes what is right, so that it need not be read again.
 *
 * @throws `hash-mismatch` when a second try is wrong too, `size-mismatch`, `network`; what writing throws; `signal.reason`
 */
export async function download(
  directory: StoreDirectory,
  files: readonly RemoteFile[],
  { signal, onProgress }: DownloadOptions,
): Promise<Downloaded> {
  const overallTotal = files.reduce((sum, { size }) => sum + size, 0);
  const copies: ByteSource[] = [];
  const hashes = new Map<string, string>();
  let before = 0;
  for (const file of files) {
    const { name, size: total } = file;
    const report = (status: Progress['status'], loaded: number) =>
      onProgress?.({ status, file: name, loaded, total, overallLoaded: before + loaded, overallTotal });
    hashes.set(name, await downloadFile(directory, file, report, signal));
    copies.push(blobSource(name, (await directory.file(name)) ?? new Blob()));
    before += total;
  }
  return { copies, hashes };
}

/** Bytes of the downloads that are there. */
export async function downloadedBytes(
  directory: StoreDirectory | undefined,
  files: readonly RemoteFile[],
): Promise<number> {
  let bytes = 0;
  for (const { name, size } of files) bytes += Math.min(size, (await directory?.file(name))?.size ?? 0);
  return bytes;
}

async function downloadFile(
  directory: StoreDirectory,
  file: RemoteFile,
  report: (status: Progress['status'], loaded: number) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { name, size, sha256 } = file;
  const there = await directory.file(name);
  const noted = (await readText(directory, noteName(name))) ?? '';
  // A note may have been cut, like anything that is written.
  if (/^[0-9a-f]{64}$/.test(noted) && there?.size === size && (sha256 ?? noted) === noted) {
    report('downloading', size);
    return noted;
  }
  for (let wrong = 0; ; wrong++) {
    const found = await fetchAndHash(directory, file, report, signal);
    if (sha256 === undefined || found === sha256) {
      await writeText(directory, noteName(name), found);
      return found;
    }
    await directory.remove(name);
    if (wrong >= WRONG_HASHES) throw hashMismatch(file, found);
  }
}

async function fetchAndHash(
  directory: StoreDirectory,
  file: RemoteFile,
  report: (status: Progress['status'], loaded: number) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { name, size } = file;
  const begun = await directory.file(name);
  let loaded = begun && begun.size <= size ? begun.size : 0;
  let hash = await hashOf(begun?.slice(0, loaded), (checked) => report('checking', checked), signal);
  let output = await directory.open(name, loaded);
  const sink = {
    get loaded() {
      return loaded;
    },
    async restart() {
      await output.close();
      output = await directory.open(name, 0);
      hash = new Sha256();
      loaded = 0;
    },
    async append(bytes: Uint8Array<ArrayBuffer>) {
      signal?.throwIfAborted();
      await output.write(bytes);
      hash.update(bytes);
      loaded += bytes.length;
      report('downloading', loaded);
    },
  };
  try {
    await file.fetchInto(sink, { signal });
    await output.sync();
  } catch (error) {
    if (InternVLError.is(error, 'size-mismatch')) await sink.restart();
    throw error;
  } finally {
    await output.close();
  }
  return hash.hex();
}

async function hashOf(
  blob: Blob | undefined,
  onChecked: (checked: number) => void,
  signal: AbortSignal | undefined,
): Promise<Sha256> {
  const hash = new Sha256();
  for (let at = 0; blob && at < blob.size; at += STEP) {
    signal?.throwIfAborted();
    hash.update(new Uint8Array(await blob.slice(at, at + STEP).arrayBuffer()));
    onChecked(Math.min(blob.size, at + STEP));
  }
  return hash;
}

/** Where the hash of a complete file is noted. */
function noteName(name: string): string {
  return `${name}.sha256`;
}

function hashMismatch({ name, sha256 }: RemoteFile, found: string): InternVLError {
  return new InternVLError(
    'hash-mismatch',
    `Expected ${name} to have the published sha256 ${sha256}, found ${found}; what was fetched has been removed, try again.`,
    { file: name, algorithm: 'sha256', expected: sha256, found },
  );
}
