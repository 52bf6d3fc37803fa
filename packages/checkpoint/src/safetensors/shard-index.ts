import { Fields } from '../config/fields.js';
import { invalid } from './header.js';

/** What `model.safetensors.index.json` says. */
export interface ShardIndex {
  /** File names, sorted. */
  readonly files: readonly string[];
  /** Tensor name to file name. */
  readonly fileOf: ReadonlyMap<string, string>;
}

/**
 * @param json the parsed file
 * @throws `config-invalid` when it is not an index; `safetensors-header` when it names files outside the checkpoint
 */
export function parseShardIndex(json: unknown, file: string): ShardIndex {
  const map = new Fields(json, file).object('weight_map');
  const fileOf = new Map<string, string>();
  for (const name of map.keys()) {
    const shard = map.text(name);
    if (shard === '' || /[\\/]|^\.\.?$/.test(shard)) {
      throw invalid(file, `it places ${name} in ${JSON.stringify(shard)}, which is no file name`, {
        tensor: name,
        shard,
      });
    }
    fileOf.set(name, shard);
  }
  return { files: [...new Set(fileOf.values())].sort(), fileOf };
}
