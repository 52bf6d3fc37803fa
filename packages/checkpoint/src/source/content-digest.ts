import { createHash } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentKey, sha256Of } from '../hash/digest.js';
import type { DigestOptions } from './checkpoint.js';
import { temporaryName } from './temporary-name.js';

const STEP = 4 * 2 ** 20;
/** A file that changed this recently may change again within the resolution of its time stamps. */
const SETTLED_MS = 2000;

export interface ContentDigestOptions extends DigestOptions {
  readonly small: readonly string[];
  readonly weights: readonly string[];
  /** Folder in which hashes of weight files are remembered, by path, size and times. */
  readonly cache: string;
}

/**
 * One key for the content of a checkpoint folder: SHA-256 over names and SHA-256 of its files. Weight files are hashed once
 * and remembered for as long as the file is untouched (same inode, size, and times of change to the nanosecond).
 *
 * @throws `signal.reason` when aborted
 */
export async function contentDigest(folder: string, options: ContentDigestOptions): Promise<string> {
  const { small, weights, cache, signal, onProgress } = options;
  const sizes = await Promise.all(weights.map(async (name) => (await stat(join(folder, name))).size));
  const overallTotal = sizes.reduce((sum, size) => sum + size, 0);
  const hashes = new Map<string, string>();
  for (const name of small)
    hashes.set(name, await sha256Of(Uint8Array.from(await readFile(join(folder, name)))));
  let before = 0;
  for (const [index, name] of weights.entries()) {
    const total = sizes[index] ?? 0;
    const report = (loaded: number) => {
      const overallLoaded = before + loaded;
      onProgress?.({ status: 'hashing', file: name, loaded, total, overallLoaded, overallTotal });
    };
    hashes.set(name, await rememberedHash(join(folder, name), cache, report, signal));
    before += total;
  }
  return contentKey(hashes);
}

/** SHA-256 of a file, from memory where the file has not been touched since. */
async function rememberedHash(
  path: string,
  cache: string,
  report: (loaded: number) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  signal?.throwIfAborted();
  const before = await identity(path);
  const note = join(cache, 'digests', `${createHash('sha256').update(before.path).digest('hex')}.json`);
  const remembered = await readNote(note, before.key);
  if (remembered !== undefined) return remembered;
  const hash = await hashFile(path, report, signal);
  const after = await identity(path);
  if (after.key === before.key && after.settled) await writeNote(note, { key: after.key, sha256: hash });
  return hash;
}

/** Remembers a hash that was computed while the file was written. */
export async function rememberHash(path: string, cache: string, sha256: string): Promise<void> {
  const file = await identity(path);
  const note = join(cache, 'digests', `${createHash('sha256').update(file.path).digest('hex')}.json`);
  await writeNote(note, { key: file.key, sha256 });
}

async function identity(path: string): Promise<{ path: string; key: string; settled: boolean }> {
  const real = await realpath(path);
  const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs, ctimeMs } = await stat(real, { bigint: true });
  const changed = Math.max(Number(mtimeMs), Number(ctimeMs));
  return {
    path: real,
    key: [real, dev, ino, size, mtimeNs, ctimeNs].join(' '),
    settled: Math.abs(Date.now() - changed) > SETTLED_MS,
  };
}

async function hashFile(
  path: string,
  report: (loaded: number) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(path, 'r');
  try {
    const buffer = new Uint8Array(STEP);
    for (let loaded = 0; ; ) {
      const { bytesRead } = await handle.read(buffer, 0, STEP, loaded);
      signal?.throwIfAborted();
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
      loaded += bytesRead;
      report(loaded);
    }
  } finally {
    await handle.close();
  }
}

/** Anything that is not a note for this very file counts as none. */
async function readNote(note: string, key: string): Promise<string | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(note, 'utf8'));
    if (typeof value !== 'object' || value === null || !('key' in value) || !('sha256' in value))
      return undefined;
    return value.key === key && typeof value.sha256 === 'string' ? value.sha256 : undefined;
  } catch {
    return undefined;
  }
}

/** A note saves time and nothing else: where it can't be written, the hash is computed again next time. */
async function writeNote(note: string, value: { key: string; sha256: string }): Promise<void> {
  const temporary = temporaryName(note);
  try {
    await mkdir(join(note, '..'), { recursive: true });
    await writeFile(temporary, JSON.stringify(value));
    await rename(temporary, note);
  } catch {
    await rm(temporary, { force: true });
  }
}
