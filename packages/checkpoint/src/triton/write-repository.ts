import { randomUUID } from 'node:crypto';
import {
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InternVLError, type Port } from '@internvl/backend';
import { decodeModel, externalLocations, type OnnxValue } from '@internvl/backend/onnx';
import { modelConfig } from '@internvl/backend/remote';
import type { ConvertedModel } from '../convert/converted-model.js';
import { diskFull, isDiskFull, nodeFileSystem } from '../convert/file-system.js';
import { hasCode } from '../source/error-code.js';
import { configText } from './config-text.js';

export interface TritonRepositoryOptions {
  /** The folder to make; it may exist when it is empty. */
  readonly directory: string;
  /** Put in front of the models' names, for a server with several: `'nano-'` makes `nano-vision`. */
  readonly prefix?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A model that Triton can serve. */
export interface TritonModel {
  /** Name of the model, and of its folder: `vision`, `embed`, `decoder`. */
  readonly name: string;
  /** The model's files, relative to the repository. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

/**
 * Lays a converted model out as a Triton model repository: a folder for each graph with its `config.pbtxt` and, as version 1,
 * `model.onnx` with the weights beside it. Files are hard links to the converted model's where the file system has them, else
 * copies. The folder appears under its name when it is complete.
 *
 * Source: Triton's model_repository.md and model_config.proto.
 *
 * @throws `invalid-option` when the folder holds something, or a prefix is none; `disk-full`; `signal.reason`.
 */
export async function writeTritonRepository(
  model: ConvertedModel,
  { directory, prefix = '', signal }: TritonRepositoryOptions,
): Promise<readonly TritonModel[]> {
  signal?.throwIfAborted();
  if (!/^[\w.-]*$/.test(prefix)) {
    throw new InternVLError(
      'invalid-option',
      `Expected a prefix of letters, digits, dots, hyphens and underscores, got '${prefix}'; change it.`,
      { option: 'prefix', value: prefix },
    );
  }
  const target = resolve(directory);
  await refuseOccupied(target);
  const partial = join(dirname(target), `.${basename(target)}.partial-${randomUUID()}`);
  const graphs = [
    ['vision', await model.vision()] as const,
    ['embed', model.embed] as const,
    ['decoder', model.decoder] as const,
  ];
  try {
    const models: TritonModel[] = [];
    for (const [stem, path] of graphs) {
      signal?.throwIfAborted();
      if (path !== undefined) models.push(await writeGraph(partial, `${prefix}${stem}`, path));
    }
    await rmdir(target).catch(() => {});
    await rename(partial, target).catch((error: unknown) => {
      if (hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST'))
        throw occupied(target, 'another folder', error);
      throw error;
    });
    return models;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw diskFull(target, 0, await nodeFileSystem.freeBytes(dirname(target)), error);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function writeGraph(repository: string, name: string, path: string): Promise<TritonModel> {
  const version = join(repository, name, '1');
  await mkdir(version, { recursive: true });
  const bytes = Uint8Array.from(await readFile(path));
  const { graph } = decodeModel(bytes);
  const constants = new Set(graph.initializers.map((constant) => constant.name));
  const config = modelConfig(name, {
    inputs: graph.inputs.filter((input) => !constants.has(input.name)).map(port),
    outputs: graph.outputs.map(port),
  });
  await writeFile(join(repository, name, 'config.pbtxt'), configText(config));
  await linked(path, join(version, 'model.onnx'));
  const data = externalLocations(bytes);
  for (const location of data) await linked(join(dirname(path), location), join(version, location));
  const files = ['config.pbtxt', '1/model.onnx', ...data.map((location) => `1/${location}`)];
  return {
    name,
    files: await Promise.all(
      files.map(async (file) => ({
        path: `${name}/${file}`,
        bytes: (await stat(join(repository, name, file))).size,
      })),
    ),
  };
}

/** A second name for a file; a copy where the file system gives none. */
async function linked(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const cannot = ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'];
    if (!cannot.some((code) => hasCode(error, code))) throw error;
    await copyFile(from, to);
  }
}

function port({ name, type, dims }: OnnxValue): Port {
  if (type === 'float32' || type === 'int64' || type === 'int32') return { name, type, dims };
  throw new InternVLError(
    'model-unreadable',
    `Expected ports of float32, int64 and int32 in a graph of ours, found "${name}" of ${type}; convert the checkpoint again.`,
    { port: name, type },
  );
}

async function refuseOccupied(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw occupied(directory, 'something that is no folder', error);
  });
  if (names.length > 0) throw occupied(directory, names.slice(0, 3).join(', '));
}

function occupied(directory: string, found: string, cause?: unknown): InternVLError {
  return new InternVLError(
    'invalid-option',
    `Expected ${directory} to be empty, found ${found}; choose another folder or delete it.`,
    { option: 'directory', value: directory, found },
    { cause },
  );
}
