import { InternVLError } from '@internvl/backend';
import { parseShardIndex } from '../safetensors/shard-index.js';

const INDEX = 'model.safetensors.index.json';
const SINGLE = 'model.safetensors';

/**
 * Which files hold the weights: `model.safetensors`, or else the shards that `model.safetensors.index.json` names.
 *
 * @param names files that are there
 * @param readIndex the parsed index
 * @param where for messages: a path or a Hub id
 * @throws `file-missing` when there is neither, `config-invalid`, `safetensors-header`
 */
export async function weightFiles(
  names: readonly string[],
  readIndex: (name: string) => Promise<unknown>,
  where: string,
): Promise<readonly string[]> {
  if (names.includes(SINGLE)) return [SINGLE];
  if (names.includes(INDEX)) return parseShardIndex(await readIndex(INDEX), INDEX).files;
  const other = names.find((name) => /\.(bin|pt|pth|ckpt|gguf|onnx)$/.test(name));
  const found = other === undefined ? 'neither' : other;
  throw new InternVLError(
    'file-missing',
    `Expected ${SINGLE} or ${INDEX} in ${where}, found ${found}; choose a checkpoint with safetensors weights.`,
    { file: SINGLE, path: where, found: names },
  );
}

/** The error for shards that the index names and that are not there. */
export function shardMissing(
  missing: readonly string[],
  files: readonly string[],
  where: string,
): InternVLError {
  return new InternVLError(
    'shard-missing',
    `Expected ${files.length} weight files in ${where}, ${missing.length} missing: ${missing.join(', ')}; fetch the missing ones.`,
    { missing, files, path: where },
  );
}
