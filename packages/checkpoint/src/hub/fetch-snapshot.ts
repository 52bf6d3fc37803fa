import { mkdir, readdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { parseJson } from '../config/parse-json.js';
import type { OnProgress } from '../progress.js';
import { cacheDirectory, type Environment } from '../source/cache-directory.js';
import { isSmallFile } from '../source/checkpoint-files.js';
import { rememberHash } from '../source/content-digest.js';
import { shardMissing, weightFiles } from '../source/weight-files.js';
import { cachedCommit, exists, linkFile, type RepoCache, repoCache, writeRef } from './cache-layout.js';
import { type ConnectionOptions, connectionOptions } from './connection.js';
import { downloadBlob } from './download.js';
import { type HubId, isCommit } from './hub-id.js';
import { type HubFile, listFiles } from './listing.js';
import type { HubConnection, HubRemedies } from './request.js';
import { hubSettings } from './settings.js';

export interface FetchSnapshotOptions extends ConnectionOptions {
  /** Whether weights are wanted too. Default true. */
  readonly weights?: boolean | undefined;
  /** Where digests are remembered. Default: `cacheDirectory()`. */
  readonly cache?: string | undefined;
  readonly env?: Environment | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** A model of the Hub, on disk. */
export interface Snapshot {
  /** Folder with its files. */
  readonly path: string;
  readonly commit: string;
}

/** What to do about refusals where there are environment variables. */
const remedies: HubRemedies = {
  missing: (repo) =>
    `A private model needs a token in HF_TOKEN; a local folder is written as a path: ./${repo}`,
  noToken: 'set HF_TOKEN to an access token of an account that may read it',
  wrongToken:
    'the token in use may not read it: accept the conditions on its page, or set HF_TOKEN to another',
  noHub: 'check that HF_ENDPOINT is a Hub',
};

/** Files fetched at the same time. */
const PARALLEL = 4;

/**
 * Makes sure that the files of a model that are needed lie in the Hub cache: small ones first, weights last, each checked
 * against the published size and hash. Other files of the repository (code, pictures, other formats) are not fetched.
 *
 * @throws `model-not-found`, `hub-unauthorized`, `hub-offline` (with what is missing), `network`, `file-missing`,
 * `shard-missing`, `size-mismatch`, `hash-mismatch`, `disk-full`, `signal.reason`
 */
export async function fetchSnapshot(id: HubId, options: FetchSnapshotOptions = {}): Promise<Snapshot> {
  const { env = process.env, weights = true, signal, onProgress } = options;
  signal?.throwIfAborted();
  const settings = await hubSettings(env);
  const repo = repoCache(settings.cache, id.repo);
  const cached = await cachedCommit(repo, id);
  if (settings.offline) return offlineSnapshot(repo, id, cached, weights);
  if (cached !== undefined && isCommit(id.revision)) {
    const missing = await missingFiles(repo.snapshot(cached), weights);
    if (missing.length === 0) return { path: repo.snapshot(cached), commit: cached };
  }
  onProgress?.({ status: 'resolving', file: '', loaded: 0, total: 0, overallLoaded: 0, overallTotal: 0 });
  const connection: HubConnection = {
    ...connectionOptions(options),
    endpoint: settings.endpoint,
    token: settings.token,
    headers: { 'user-agent': 'internvl-checkpoint', 'accept-encoding': 'identity' },
    unreachable: 'check the connection, or set HF_HUB_OFFLINE=1 to use what is in the cache',
    remedies,
  };
  const { commit, files } = await listFiles(connection, id);
  const cache = cacheDirectory({ cache: options.cache, env });
  const bring = (wanted: readonly HubFile[]) =>
    fetchFiles(connection, repo, id, commit, wanted, cache, onProgress);
  await bring(files.filter(({ name }) => isSmallFile(name)));
  const path = repo.snapshot(commit);
  if (weights) {
    const names = files.map(({ name }) => name);
    const readIndex = async (name: string) => parseJson(name, await readFile(join(path, name)));
    const needed = await weightFiles(names, readIndex, id.repo);
    const missing = needed.filter((name) => !names.includes(name));
    if (missing.length > 0) throw shardMissing(missing, needed, id.repo);
    await bring(files.filter(({ name }) => needed.includes(name)));
  }
  await mkdir(path, { recursive: true });
  await writeRef(repo, id, commit);
  return { path, commit };
}

async function fetchFiles(
  connection: HubConnection,
  repo: RepoCache,
  id: HubId,
  commit: string,
  files: readonly HubFile[],
  cache: string,
  onProgress: OnProgress | undefined,
): Promise<void> {
  const overallTotal = files.reduce((sum, { size }) => sum + size, 0);
  const loadedOf = new Map<string, number>();
  await checkRoom(repo, files);
  const abort = new AbortController();
  const { signal } = connection;
  const shared = {
    ...connection,
    signal: signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]),
  };
  const queue = [...files];
  const worker = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const { name, size, hash } = file;
      const sha256 = await downloadBlob(shared, repo, id, commit, file, (status, loaded) => {
        loadedOf.set(name, loaded);
        const overallLoaded = [...loadedOf.values()].reduce((sum, value) => sum + value, 0);
        onProgress?.({ status, file: name, loaded, total: size, overallLoaded, overallTotal });
      });
      if (sha256 !== undefined) await rememberHash(repo.blob(hash), cache, sha256);
      await linkFile(repo, commit, name, hash);
    }
  };
  const workers = Array.from({ length: PARALLEL }, async () => {
    try {
      await worker();
    } catch (error) {
      abort.abort(error);
      throw error;
    }
  });
  const results = await Promise.allSettled(workers);
  signal?.throwIfAborted();
  if (results.some(({ status }) => status === 'rejected')) throw abort.signal.reason;
}

/** Says so before hours of download, not after them. */
async function checkRoom(repo: RepoCache, files: readonly HubFile[]): Promise<void> {
  await mkdir(repo.folder, { recursive: true });
  let needed = 0;
  for (const { hash, size } of files) {
    if (await exists(repo.blob(hash))) continue;
    const begun = (await exists(repo.incomplete(hash))) ? (await stat(repo.incomplete(hash))).size : 0;
    needed += Math.max(0, size - begun);
  }
  const { bavail, bsize } = await statfs(repo.folder);
  const free = bavail * bsize;
  if (needed <= free) return;
  throw new InternVLError(
    'disk-full',
    `Expected ${needed} bytes of room in ${repo.folder}, found ${free}; free some, or move the cache with HF_HOME.`,
    { path: repo.folder, needed, free },
  );
}

async function offlineSnapshot(
  repo: RepoCache,
  { repo: name, revision }: HubId,
  commit: string | undefined,
  weights: boolean,
): Promise<Snapshot> {
  const facts = { id: name, revision, cache: repo.folder };
  if (commit === undefined || !(await exists(repo.snapshot(commit)))) {
    throw new InternVLError(
      'hub-offline',
      `Expected ${name} at ${revision} in the cache, since HF_HUB_OFFLINE is set, found nothing in ${repo.folder}; run once without HF_HUB_OFFLINE.`,
      { ...facts, missing: ['config.json'] },
    );
  }
  const path = repo.snapshot(commit);
  const missing = await missingFiles(path, weights);
  if (missing.length === 0) return { path, commit };
  throw new InternVLError(
    'hub-offline',
    `Expected all files of ${name} at ${revision} in the cache, since HF_HUB_OFFLINE is set, missing: ${missing.join(', ')}; run once without HF_HUB_OFFLINE.`,
    { ...facts, missing },
  );
}

/** Which of the files that every checkpoint needs are not in a snapshot. */
async function missingFiles(path: string, weights: boolean): Promise<string[]> {
  const there: string[] = [];
  for (const name of (await exists(path)) ? await readdir(path) : []) {
    if (await exists(join(path, name))) there.push(name);
  }
  const missing = there.includes('config.json') ? [] : ['config.json'];
  if (!weights) return missing;
  try {
    const readIndex = async (name: string) => parseJson(name, await readFile(join(path, name)));
    const needed = await weightFiles(there, readIndex, path);
    return [...missing, ...needed.filter((name) => !there.includes(name))];
  } catch (error) {
    if (!InternVLError.is(error, 'file-missing')) throw error;
    return [...missing, 'model.safetensors'];
  }
}
