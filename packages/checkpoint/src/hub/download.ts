import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { hasCode } from '../source/error-code.js';
import type { RepoCache } from './cache-layout.js';
import { fetchRest } from './fetch-rest.js';
import { fileUrl, type HubId } from './hub-id.js';
import type { HubFile } from './listing.js';
import { withLock } from './lock.js';
import { type HubConnection, request } from './request.js';

/** What a download reports: bytes of this file that are there. */
export type OnFileProgress = (status: 'downloading' | 'checking', loaded: number) => void;

/** How often a file with a wrong hash is fetched anew before giving up. */
const WRONG_HASHES = 1;

/**
 * Brings one blob into the cache: continues an unfinished download where there is one, checks size and hash, and only then
 * gives it its name. Interrupted, it leaves the unfinished file for the next time.
 *
 * @returns SHA-256 of the content
 * @throws `size-mismatch`, `hash-mismatch`, `disk-full`, `network`, `hub-unauthorized`, `signal.reason`
 */
export async function downloadBlob(
  connection: HubConnection,
  repo: RepoCache,
  id: HubId,
  commit: string,
  file: HubFile,
  onProgress: OnFileProgress,
): Promise<string | undefined> {
  await mkdir(dirname(repo.blob(file.hash)), { recursive: true });
  return withLock(repo.lock(file.hash), connection.signal, async () => {
    if ((await sizeOf(repo.blob(file.hash))) === file.size) {
      onProgress('downloading', file.size);
      return undefined;
    }
    const url = fileUrl(connection, id, commit, file.name);
    const incomplete = repo.incomplete(file.hash);
    for (let wrong = 0; ; wrong++) {
      try {
        const sha256 = await fetchInto(connection, id, url, file, incomplete, onProgress);
        await rename(incomplete, repo.blob(file.hash));
        return sha256;
      } catch (error) {
        if (!InternVLError.is(error, 'hash-mismatch') && !InternVLError.is(error, 'size-mismatch'))
          throw error;
        await rm(incomplete, { force: true });
        if (wrong >= WRONG_HASHES) throw error;
      }
    }
  });
}

async function fetchInto(
  connection: HubConnection,
  id: HubId,
  url: string,
  file: HubFile,
  path: string,
  onProgress: OnFileProgress,
): Promise<string> {
  const handle = await open(path, 'a+');
  try {
    const content = contentHash(file);
    let loaded = await hashExisting(handle, file, content, connection.signal, onProgress);
    const sink = {
      get loaded() {
        return loaded;
      },
      async restart() {
        await handle.truncate(0);
        content.reset();
        loaded = 0;
      },
      async append(chunk: Uint8Array) {
        await append(handle, chunk, file);
        content.update(chunk);
        loaded += chunk.length;
        onProgress('downloading', loaded);
      },
    };
    if (loaded > file.size) await sink.restart();
    await fetchRest(connection, file, (headers) => request(connection, id, url, headers), sink);
    await handle.sync();
    return content.check();
  } finally {
    await handle.close();
  }
}

async function append(handle: FileHandle, chunk: Uint8Array, file: HubFile): Promise<void> {
  try {
    for (let done = 0; done < chunk.length; ) {
      const { bytesWritten } = await handle.write(chunk, done);
      done += bytesWritten;
    }
  } catch (error) {
    if (!hasCode(error, 'ENOSPC') && !hasCode(error, 'EDQUOT')) throw error;
    throw new InternVLError(
      'disk-full',
      `Expected room for ${file.name} (${file.size} bytes), found the disk full; free some, or move the cache with HF_HOME. What was fetched is kept.`,
      { file: file.name, bytes: file.size },
      { cause: error },
    );
  }
}

async function hashExisting(
  handle: FileHandle,
  file: HubFile,
  content: ContentHash,
  signal: AbortSignal | undefined,
  onProgress: OnFileProgress,
): Promise<number> {
  const { size } = await handle.stat();
  if (size > file.size) return size;
  const buffer = new Uint8Array(4 * 2 ** 20);
  for (let done = 0; done < size; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - done), done);
    signal?.throwIfAborted();
    if (bytesRead === 0) return done;
    content.update(buffer.subarray(0, bytesRead));
    done += bytesRead;
    onProgress('checking', done);
  }
  return size;
}

interface ContentHash {
  update(bytes: Uint8Array): void;
  reset(): void;
  /** @returns SHA-256 @throws `hash-mismatch` */
  check(): string;
}

function contentHash(file: HubFile): ContentHash {
  const start = (): { published: Hash; sha256: Hash } => {
    const sha256 = createHash('sha256');
    if (file.algorithm === 'sha256') return { published: sha256, sha256 };
    return { published: createHash('sha1').update(`blob ${file.size}\0`), sha256 };
  };
  let hashes = start();
  return {
    update(bytes) {
      hashes.published.update(bytes);
      if (hashes.sha256 !== hashes.published) hashes.sha256.update(bytes);
    },
    reset() {
      hashes = start();
    },
    check() {
      const found = hashes.published.digest('hex');
      if (found !== file.hash) {
        throw new InternVLError(
          'hash-mismatch',
          `Expected ${file.name} to have the published ${file.algorithm} ${file.hash}, found ${found}; what was fetched has been removed, try again.`,
          { file: file.name, algorithm: file.algorithm, expected: file.hash, found },
        );
      }
      return file.algorithm === 'sha256' ? found : hashes.sha256.digest('hex');
    },
  };
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
