import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfigFiles } from '../config/read-config-files.js';
import type { ByteSource } from '../safetensors/byte-source.js';
import { Safetensors } from '../safetensors/safetensors.js';
import { CanonicalTensors } from '../weights/canonical-tensors.js';
import { cacheDirectory, type Environment } from './cache-directory.js';
import type { Checkpoint } from './checkpoint.js';
import { contentDigest } from './content-digest.js';
import { fileSource } from './file-source.js';
import { folderFiles } from './folder-files.js';
import { shardMissing, weightFiles } from './weight-files.js';

export interface OpenFolderOptions {
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
  const described = await readConfigFiles(files);
  const present = await readdir(path);
  const weights = await weightFiles(present, (name) => files.readJson(name), path);
  const missing = weights.filter((name) => !present.includes(name));
  if (missing.length > 0) throw shardMissing(missing, weights, path);

  const tensors = await Safetensors.open(await openAll(path, weights), { signal });
  try {
    const canonical = new CanonicalTensors(described, tensors);
    const folder = await realpath(path);
    let digest: string | undefined;
    return {
      config: canonical.config,
      files,
      tensors,
      weights: canonical,
      path: folder,
      async digest(digestOptions = {}) {
        const cache = cacheDirectory({ cache: options.cache, env });
        digest ??= await contentDigest(folder, { small: files.names, weights, cache, ...digestOptions });
        return digest;
      },
      close: () => tensors.close(),
    };
  } catch (error) {
    await tensors.close();
    throw error;
  }
}

async function openAll(path: string, names: readonly string[]): Promise<ByteSource[]> {
  const sources: ByteSource[] = [];
  try {
    for (const name of names) sources.push(await fileSource(join(path, name), name));
    return sources;
  } catch (error) {
    await Promise.all(sources.map((source) => source.close()));
    throw error;
  }
}
