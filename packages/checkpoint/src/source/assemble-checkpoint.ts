import { readConfigFiles } from '../config/read-config-files.js';
import type { ModelConfig } from '../model-config.js';
import type { ByteSource } from '../safetensors/byte-source.js';
import { Safetensors } from '../safetensors/safetensors.js';
import { CanonicalTensors } from '../weights/canonical-tensors.js';
import type { Checkpoint, CheckpointFiles } from './checkpoint.js';
import { shardMissing, weightFiles } from './weight-files.js';

/** The parts of a checkpoint that lie anywhere: a folder, a Hub, a browser's file list. */
export interface CheckpointParts {
  readonly name: string;
  /** For messages. */
  readonly path: string;
  readonly files: CheckpointFiles;
  /** Names of all files that are there. */
  readonly present: readonly string[];
  /** Opens a weight file. */
  open(name: string): Promise<ByteSource>;
  readonly signal?: AbortSignal | undefined;
}

/** What `assemble` makes; its caller adds what depends on the place. */
export interface AssembledCheckpoint
  extends Pick<
    Checkpoint,
    'name' | 'path' | 'config' | 'files' | 'weights' | 'tensors' | 'weightBytes' | 'close'
  > {
  readonly weightFiles: readonly WeightFile[];
}

export interface WeightFile {
  readonly name: string;
  readonly size: number;
}

/**
 * Reads the description and the headers of the weights, and checks everything that the model needs; weights stay where they
 * are.
 *
 * @throws `file-missing`, `config-invalid`, `architecture-unknown`, `architecture-unsupported`, `shard-missing`,
 * `shard-truncated`, `safetensors-header`, `dtype-unknown`, `tensor-missing`, `tensor-shape`
 */
export async function assemble(parts: CheckpointParts): Promise<AssembledCheckpoint> {
  const { name, path, files, present, signal } = parts;
  const described = await readConfigFiles(files);
  const needed = await weightFiles(present, (file) => files.readJson(file), path);
  const missing = needed.filter((file) => !present.includes(file));
  if (missing.length > 0) throw shardMissing(missing, needed, path);
  const sources = await openAll(needed, (file) => parts.open(file));
  const { weights, config, tensors } = await canonical(described, sources, signal);
  const sizes = sources.map(({ name: file, size }) => ({ name: file, size }));
  return {
    name,
    path,
    config,
    files,
    weights,
    tensors,
    weightFiles: sizes,
    weightBytes: sizes.reduce((sum, { size }) => sum + size, 0),
    close: () => tensors.close(),
  };
}

/** The weights of a description in these files, which are closed when they do not fit it. */
export async function canonical(
  config: ModelConfig,
  sources: readonly ByteSource[],
  signal: AbortSignal | undefined,
): Promise<{ weights: CanonicalTensors; config: ModelConfig; tensors: Safetensors }> {
  const tensors = await Safetensors.open(sources, { signal });
  try {
    const weights = new CanonicalTensors(config, tensors);
    return { weights, config: weights.config, tensors };
  } catch (error) {
    await tensors.close();
    throw error;
  }
}

async function openAll(
  names: readonly string[],
  open: (name: string) => Promise<ByteSource>,
): Promise<ByteSource[]> {
  const sources: ByteSource[] = [];
  try {
    for (const name of names) sources.push(await open(name));
    return sources;
  } catch (error) {
    await Promise.all(sources.map((source) => source.close()));
    throw error;
  }
}
