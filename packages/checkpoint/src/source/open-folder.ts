import { readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assemble } from './assemble-checkpoint.js';
import { cacheDirectory, type Environment } from './cache-directory.js';
import type { Checkpoint } from './checkpoint.js';
import { contentDigest } from './content-digest.js';
import { fileSource } from './file-source.js';
import { folderFiles } from './folder-files.js';

export interface OpenFolderOptions {
  /** What the checkpoint is called. Default: the Hub id for a folder of the Hub cache, else the folder's name. */
  readonly name?: string | undefined;
  /** Where digests are remembered. Default: `cacheDirectory()`. */
  readonly cache?: string | undefined;
  readonly env?: Environment | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a checkpoint folder as Hugging Face publishes it. Headers are read and everything that the model needs is checked;
 * weights stay on disk.
 *
 * @throws `model-not-found`, `file-missing`, `config-invalid`, `architecture-unknown`, `architecture-unsupported`,
 * `shard-missing`, `shard-truncated`, `safetensors-header`, `dtype-unknown`, `tensor-missing`, `tensor-shape`
 */
export async function openFolder(path: string, options: OpenFolderOptions = {}): Promise<Checkpoint> {
  const { env = process.env, signal } = options;
  signal?.throwIfAborted();
  const files = await folderFiles(path);
  const { weightFiles, ...assembled } = await assemble({
    name: options.name ?? folderName(await realpath(path)),
    path,
    files,
    present: await readdir(path),
    open: (name) => fileSource(join(path, name), name),
    signal,
  });
  try {
    const folder = await realpath(path);
    const weights = weightFiles.map(({ name }) => name);
    let digest: string | undefined;
    return {
      ...assembled,
      path: folder,
      async digest(digestOptions = {}) {
        const cache = cacheDirectory({ cache: options.cache, env });
        digest ??= await contentDigest(folder, { small: files.names, weights, cache, ...digestOptions });
        return digest;
      },
    };
  } catch (error) {
    await assembled.close();
    throw error;
  }
}

/** `owner/name` of a snapshot in the Hub cache, whose own name is a commit; else the folder's name. */
function folderName(path: string): string {
  const repo = /[\\/]models--([\w.-]+?)--([\w.-]+)[\\/]snapshots[\\/][^\\/]+$/.exec(path);
  return repo ? `${repo[1]}/${repo[2]}` : basename(path);
}
