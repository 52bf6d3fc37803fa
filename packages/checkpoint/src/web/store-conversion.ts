import { journalName } from '../convert/journal.js';
import { planConversion } from '../convert/plan.js';
import { plannedBytes } from '../convert/planned-bytes.js';
import type { StorageSettings } from '../convert/storage-settings.js';
import { writeModel } from '../convert/write-model.js';
import { contentKey, sha256Of } from '../hash/digest.js';
import type { TensorSource } from '../safetensors/tensor-source.js';
import type { Checkpoint, RemoteWeights } from '../source/checkpoint.js';
import { readAbout, writeAbout } from './about.js';
import { download, downloadedBytes } from './download.js';
import { type EstimateStorage, freeBytes, isStorageFull, storageFull } from './room.js';
import { bytesIn, type StoreDirectory } from './store-directory.js';
import { storeFolder } from './store-folder.js';
import type { StoreConvertOptions } from './stored-model.js';

/** Where the weight files of a conversion wait. */
const downloadName = 'download';

export interface StoreConversion {
  readonly id: string;
  readonly directory: StoreDirectory;
  readonly checkpoint: Checkpoint;
  readonly settings: StorageSettings;
  readonly estimate: EstimateStorage;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Makes a model in its folder of the store, or what is missing of one that was begun there.
 *
 * @throws as `ModelStore.convert`
 */
export async function convertInto(conversion: StoreConversion, options: StoreConvertOptions): Promise<void> {
  const { id, directory, checkpoint, settings, estimate } = conversion;
  const { precision } = settings;
  const { blockBytes, signal, onProgress } = options;
  const remote = options.download === 'ranges' ? undefined : checkpoint.remote;
  const { name, config, files } = checkpoint;
  const small = Object.values(await files.readAll());
  const totalBytes = small.reduce((sum, bytes) => sum + bytes.length, await plannedBytes(config, precision));
  await checkRoom(conversion, totalBytes, remote);
  const before = await readAbout(directory);
  const about = { name, precision, totalBytes, createdAt: before?.createdAt ?? conversion.now() };
  await writeAbout(directory, { ...about, digest: before?.digest });
  try {
    const source = remote
      ? await downloaded(conversion, remote, options)
      : { weights: checkpoint.weights, hashes: undefined, close: async () => {} };
    try {
      const digest =
        before?.digest ??
        (source.hashes
          ? await digestOf(checkpoint, source.hashes)
          : await checkpoint.digest({ signal, onProgress }));
      await writeAbout(directory, { ...about, digest });
      const plan = await planConversion(config, source.weights, { ...settings, signal });
      const folder = storeFolder(directory, estimate);
      await writeModel({ name, config, files }, plan, folder, {
        key: id,
        digest,
        precision,
        blockBytes,
        signal,
        onProgress,
      });
    } finally {
      await source.close();
    }
    await removeLeftovers(directory);
  } catch (error) {
    if (!isStorageFull(error)) throw error;
    const missing = Math.max(1, await missingBytes(conversion, totalBytes, remote));
    const free = await freeBytes(estimate);
    // Some browsers promise every page the same and give what there is.
    throw storageFull(missing, free !== undefined && free < missing ? free : undefined, error);
  }
}

/** What a conversion needs no more when it is complete, and may have been ended before it could delete. */
export async function removeLeftovers(directory: StoreDirectory): Promise<void> {
  await directory.remove(downloadName);
  await directory.remove(journalName);
}

/** Weights over copies of their files in the store. */
async function downloaded(
  { directory }: StoreConversion,
  remote: RemoteWeights,
  { signal, onProgress }: StoreConvertOptions,
): Promise<{ weights: TensorSource; hashes: ReadonlyMap<string, string>; close(): Promise<void> }> {
  const folder = await directory.directory(downloadName, { create: true });
  if (!folder) throw new TypeError('a folder that was made is not there');
  const { copies, hashes } = await download(folder, remote.files, { signal, onProgress });
  return { ...(await remote.over(copies, { signal })), hashes };
}

async function digestOf({ files }: Checkpoint, weights: ReadonlyMap<string, string>): Promise<string> {
  const hashes = new Map(weights);
  for (const [name, bytes] of Object.entries(await files.readAll())) hashes.set(name, await sha256Of(bytes));
  return contentKey(hashes);
}

/** Says so before hours of download, not after them. */
async function checkRoom(
  conversion: StoreConversion,
  totalBytes: number,
  remote: RemoteWeights | undefined,
): Promise<void> {
  const free = await freeBytes(conversion.estimate);
  const needed = await missingBytes(conversion, totalBytes, remote);
  if (free !== undefined && free < needed) throw storageFull(needed, free);
}

/** Bytes that are still to be written. */
async function missingBytes(
  { directory }: StoreConversion,
  totalBytes: number,
  remote: RemoteWeights | undefined,
): Promise<number> {
  const waiting = await directory.directory(downloadName);
  const there = await bytesIn(directory);
  if (!remote) return Math.max(0, totalBytes - there);
  const fetched = await downloadedBytes(waiting, remote.files);
  const converted = there - (waiting ? await bytesIn(waiting) : 0);
  const wanted = remote.files.reduce((sum, { size }) => sum + size, 0);
  return wanted - fetched + Math.max(0, totalBytes - converted);
}
