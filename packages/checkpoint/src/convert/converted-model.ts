import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { decodeModel, encodeModel } from '@internvl/backend/onnx';
import type { ModelConfig } from '../model-config.js';
import { type ImageSize, patchGrid, resizeVision } from '../onnx/vision-size.js';
import type { CheckpointFiles } from '../source/checkpoint.js';
import { hasCode } from '../source/error-code.js';
import { folderFiles } from '../source/folder-files.js';
import { diskFull, isDiskFull, nodeFileSystem } from './file-system.js';
import { type Manifest, manifestName, parseManifest } from './manifest.js';

/** A folder of graphs that is complete: everything a model needs, the checkpoint itself no longer. */
export interface ConvertedModel {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly config: ModelConfig;
  /** The checkpoint's own configuration, tokenizer and template files. */
  readonly files: CheckpointFiles;
  /** Path of the token embedding graph; absent without a language model. */
  readonly embed?: string;
  /** Path of the decoder graph; absent without a language model. */
  readonly decoder?: string;
  /**
   * Path of the vision graph for an input size, pixels; the checkpoint's own tile size by default. A graph for another size
   * is made when it is asked for first; it reads the same weights.
   *
   * @throws `invalid-option` when the size is no whole number of patches or visual tokens; `disk-full`
   */
  vision(size?: ImageSize): Promise<string>;
}

/** Whether a folder holds a converted model, by its manifest. */
export async function isConverted(directory: string): Promise<boolean> {
  try {
    return (await stat(join(directory, manifestName))).isFile();
  } catch {
    return false;
  }
}

/**
 * Opens a folder that `convert` wrote.
 *
 * @throws `model-not-found` without a manifest, `manifest-unsupported` when another version wrote it, `model-unreadable`,
 * `file-missing`, `size-mismatch`
 */
export async function openConverted(directory: string): Promise<ConvertedModel> {
  const manifest = await readManifest(directory);
  for (const { path, bytes } of manifest.files) await checkFile(directory, path, bytes);
  const { graphs, config } = manifest;
  return {
    directory,
    manifest,
    config,
    files: await folderFiles(directory),
    ...(graphs.embed && { embed: join(directory, graphs.embed) }),
    ...(graphs.decoder && { decoder: join(directory, graphs.decoder) }),
    vision: (size) => visionGraph(directory, manifest, size),
  };
}

async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, manifestName);
  try {
    return parseManifest(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'ENOTDIR')) throw error;
    throw new InternVLError(
      'model-not-found',
      `Expected a converted model in ${directory}, found no ${manifestName}; pass a folder that convert wrote.`,
      { path: directory },
      { cause: error },
    );
  }
}

async function checkFile(directory: string, path: string, bytes: number): Promise<void> {
  const size = await stat(join(directory, path)).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === bytes) return;
  if (size === undefined) {
    throw new InternVLError(
      'file-missing',
      `Expected ${path} in the converted model ${directory}, found none; convert the checkpoint again.`,
      { file: path, path: directory },
    );
  }
  throw new InternVLError(
    'size-mismatch',
    `Expected ${path} in ${directory} to have ${bytes} bytes, it has ${size}; convert the checkpoint again.`,
    { file: path, path: directory, expected: bytes, actual: size },
  );
}

async function visionGraph(directory: string, manifest: Manifest, size?: ImageSize): Promise<string> {
  const { config, graphs, positionTable } = manifest;
  const own = join(directory, graphs.vision);
  if (!size || (size.width === config.tileSize && size.height === config.tileSize)) return own;
  patchGrid(config, size);
  const path = join(directory, `vision-${size.width}x${size.height}.onnx`);
  if (await stat(path).catch(() => undefined)) return path;
  const { offset, rows, columns } = positionTable;
  const bytes = new Uint8Array(4 * rows * columns);
  const handle = await open(join(directory, manifest.data));
  try {
    await handle.read(bytes, 0, bytes.byteLength, offset);
  } finally {
    await handle.close();
  }
  const model = decodeModel(Uint8Array.from(await readFile(own)));
  const resized = encodeModel(resizeVision(model, config, size, new Float32Array(bytes.buffer)));
  const partial = `${path}.${randomUUID()}`;
  try {
    await writeFile(partial, resized);
    await rename(partial, path);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw diskFull(directory, resized.byteLength, await nodeFileSystem.freeBytes(directory), error);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}
