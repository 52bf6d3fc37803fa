import { access, copyFile, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { hasCode } from '../source/error-code.js';
import { temporaryName } from '../source/temporary-name.js';
import { type HubId, isCommit } from './hub-id.js';

/**
 * The folder of one model in the Hub cache, laid out as Python's client does it, so that both use the same files:
 * `blobs/HASH` holds contents, `refs/REVISION` the commit a branch stood at, `snapshots/COMMIT/FILE` links to blobs.
 *
 * Source: `file_download.py` of huggingface_hub.
 */
export interface RepoCache {
  readonly folder: string;
  blob(hash: string): string;
  /** A download that is not finished. */
  incomplete(hash: string): string;
  lock(hash: string): string;
  snapshot(commit: string): string;
}

export function repoCache(cache: string, repo: string): RepoCache {
  const name = `models--${repo.replaceAll('/', '--')}`;
  const folder = join(cache, name);
  return {
    folder,
    blob: (hash) => join(folder, 'blobs', hash),
    incomplete: (hash) => join(folder, 'blobs', `${hash}.incomplete`),
    lock: (hash) => join(cache, '.locks', name, `${hash}.internvl.lock`),
    snapshot: (commit) => join(folder, 'snapshots', commit),
  };
}

/** The commit that a revision stood at when it was last looked up; undefined when it never was. */
export async function cachedCommit(repo: RepoCache, { revision }: HubId): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  try {
    const commit = (await readFile(join(repo.folder, 'refs', revision), 'utf8')).trim();
    return isCommit(commit) ? commit : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EISDIR')) return undefined;
    throw error;
  }
}

/** Notes where a revision stands. */
export async function writeRef(repo: RepoCache, { revision }: HubId, commit: string): Promise<void> {
  if (isCommit(revision)) return;
  const path = join(repo.folder, 'refs', revision);
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  await writeFile(temporary, commit);
  await rename(temporary, path);
}

/** Makes a file of a snapshot point at its blob; where links are not allowed (Windows), a copy. */
export async function linkFile(repo: RepoCache, commit: string, name: string, hash: string): Promise<void> {
  const path = join(repo.snapshot(commit), name);
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  try {
    await symlink(relative(dirname(path), repo.blob(hash)), temporary);
  } catch (error) {
    if (!hasCode(error, 'EPERM')) throw error;
    await copyFile(repo.blob(hash), temporary);
  }
  await rename(temporary, path);
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
