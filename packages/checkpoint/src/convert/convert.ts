import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { samePrecision } from '../onnx/part-precisions.js';
import { type ImageSize, patchGrid } from '../onnx/vision-size.js';
import type { OnProgress } from '../progress.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { hasCode } from '../source/error-code.js';
import { type ConvertedModel, isConverted, openConverted } from './converted-model.js';
import { nodeFileSystem, nodeFolder } from './file-system.js';
import { withLock } from './lock.js';
import { conversionId, writerVersion } from './manifest.js';
import type { ConversionOptions } from './options.js';
import { adoptAbandoned, partialName } from './partial.js';
import { planConversion } from './plan.js';
import { type StorageSettings, storageSettings } from './storage-settings.js';
import { writeModel } from './write-model.js';

export interface ConvertOptions extends ConversionOptions {
  /** The folder to make; it may exist when it is empty or holds this very conversion already. */
  readonly directory: string;
}

export interface ConvertCachedOptions extends ConversionOptions {
  /** Folder of all conversions, as `cacheDirectory` gives it. */
  readonly cacheDirectory: string;
}

/**
 * Writes a checkpoint as ONNX graphs with their weights, weight by weight: memory stays at some 256 MiB above what is read.
 * The folder appears under its name when it is complete and not before; several calls for one folder, in several processes
 * too, make it once.
 *
 * @throws `invalid-option` when the folder holds something else; `disk-full` (bytes needed and free);
 * `precision-overflow`; `signal.reason` when aborted, and then nothing is left behind. What a killed process had written is
 * checked and continued by the next call
 */
export async function convert(checkpoint: Checkpoint, options: ConvertOptions): Promise<ConvertedModel> {
  const { signal, onProgress } = options;
  const directory = resolve(options.directory);
  const key = await conversionKey(checkpoint, options);
  const present = async () => {
    if (await isConverted(directory)) {
      const model = await openConverted(directory);
      if (sameKey(model, key)) return model;
      throw occupied(directory, 'another converted model');
    }
    const names = await readdir(directory).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return [];
      throw occupied(directory, 'something that is no folder', error);
    });
    if (names.length > 0) throw occupied(directory, names.slice(0, 3).join(', '));
    return undefined;
  };
  const model =
    (await present()) ??
    (await locked(directory, { signal, onProgress }, async (partial) => {
      return (await present()) ?? make(checkpoint, directory, partial, key, options);
    }));
  await addSize(model, options.imageSize);
  return model;
}

/**
 * `convert` into a cache: the folder's name is the key of its content (checkpoint, precision, version of this writer), so
 * that the second call finds what the first one made. A conversion that is damaged is made again.
 *
 * @throws as `convert`
 */
export async function convertCached(
  checkpoint: Checkpoint,
  options: ConvertCachedOptions,
): Promise<ConvertedModel> {
  const { signal, onProgress } = options;
  const key = await conversionKey(checkpoint, options);
  const name = await conversionId(key.digest, key);
  const directory = join(resolve(options.cacheDirectory), 'converted', name);
  const present = async () => {
    try {
      const model = await openConverted(directory);
      return sameKey(model, key) ? model : undefined;
    } catch (error) {
      if (InternVLError.is(error)) return undefined;
      throw error;
    }
  };
  const model =
    (await present()) ??
    (await locked(directory, { signal, onProgress }, async (partial) => {
      const made = await present();
      if (made) return made;
      await discardDamaged(directory, `${partial}-damaged`);
      return make(checkpoint, directory, partial, key, options);
    }));
  await addSize(model, options.imageSize);
  return model;
}

interface Key extends StorageSettings {
  readonly digest: string;
}

async function conversionKey(checkpoint: Checkpoint, options: ConversionOptions): Promise<Key> {
  const { imageSize, signal, onProgress } = options;
  signal?.throwIfAborted();
  const settings = storageSettings(options);
  if (imageSize) patchGrid(checkpoint.config, imageSize);
  return { ...settings, digest: await checkpoint.digest({ signal, onProgress }) };
}

function sameKey({ manifest }: ConvertedModel, { digest, precision, maxTensorBytes, keep }: Key): boolean {
  return (
    manifest.source.digest === digest &&
    manifest.maxTensorBytes === maxTensorBytes &&
    JSON.stringify(manifest.keep) === JSON.stringify(keep) &&
    manifest.writer === writerVersion &&
    samePrecision(manifest.precision, precision)
  );
}

/** Writes under a temporary name and renames; of several that finish at once, the first one's folder stays. */
async function make(
  checkpoint: Checkpoint,
  directory: string,
  partial: string,
  key: Key,
  options: ConversionOptions,
): Promise<ConvertedModel> {
  const { blockBytes, fileSystem = nodeFileSystem, signal, onProgress } = options;
  await adoptAbandoned(directory, partial);
  try {
    const plan = await planConversion(checkpoint.config, checkpoint.weights, {
      ...key,
      signal,
    });
    await writeModel(checkpoint, plan, nodeFolder(partial, fileSystem), {
      ...key,
      key: await conversionId(key.digest, key),
      blockBytes,
      signal,
      onProgress,
    });
    await rmdir(directory).catch(() => {});
    await rename(partial, directory).catch((error: unknown) => {
      if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  const model = await openConverted(directory);
  if (!sameKey(model, key)) throw occupied(directory, 'another converted model');
  return model;
}

/** Runs `work` with the name of its partial folder while no other process converts into `directory`. */
async function locked<T>(
  directory: string,
  { signal, onProgress }: { signal: AbortSignal | undefined; onProgress: OnProgress | undefined },
  work: (partial: string) => Promise<T>,
): Promise<T> {
  await mkdir(dirname(directory), { recursive: true });
  const partial = partialName(directory);
  const onWait = async ({ note }: { note: string }) => {
    const loaded = await bytesIn(note);
    onProgress?.({
      status: 'waiting',
      file: note,
      loaded,
      total: 0,
      overallLoaded: loaded,
      overallTotal: 0,
    });
  };
  return withLock(`${directory}.lock`, { note: partial, signal, onWait }, () => work(partial));
}

/** Bytes that another process has written so far. */
async function bytesIn(partial: string): Promise<number> {
  const names = await readdir(partial).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(partial, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function discardDamaged(directory: string, aside: string): Promise<void> {
  try {
    await rename(directory, aside);
    await rm(aside, { recursive: true, force: true });
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

async function addSize(model: ConvertedModel, size: ImageSize | undefined): Promise<void> {
  if (size) await model.vision(size);
}

function occupied(directory: string, found: string, cause?: unknown): InternVLError {
  return new InternVLError(
    'invalid-option',
    `Expected ${directory} to be empty or to hold this conversion, found ${found}; choose another folder or delete it.`,
    { option: 'directory', value: directory, found },
    { cause },
  );
}
