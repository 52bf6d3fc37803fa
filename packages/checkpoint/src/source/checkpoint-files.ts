import { InternVLError } from '@internvl/backend';
import { parseJson } from '../config/parse-json.js';
import type { CheckpointFiles } from './checkpoint.js';

/** Small files that say what a checkpoint is and how its text works, whichever of them there are. */
const names: ReadonlySet<string> = new Set([
  'added_tokens.json',
  'chat_template.json',
  'config.json',
  'generation_config.json',
  'merges.txt',
  'model.safetensors.index.json',
  'preprocessor_config.json',
  'processor_config.json',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'video_preprocessor_config.json',
  'vocab.json',
  'vocab.txt',
]);

/** Names to try where nobody lists what is there. */
export const triedNames: readonly string[] = [...names, 'chat_template.jinja', 'tokenizer.model'];

/**
 * Whether a file in the top folder of a checkpoint belongs to `Checkpoint.files`. Everything else that lies there (code,
 * pictures, optimiser states, other weight formats) is neither read nor downloaded.
 */
export function isSmallFile(name: string): boolean {
  return names.has(name) || /^[\w.-]+\.(jinja|model|tiktoken)$/.test(name);
}

/**
 * The small files among `present`, read by `readBytes` when asked for.
 *
 * @param where for messages: a path, an address or a Hub id
 */
export function smallFiles(
  where: string,
  present: Iterable<string>,
  readBytes: (name: string) => Promise<Uint8Array<ArrayBuffer>>,
): CheckpointFiles {
  const names = [...present].filter(isSmallFile).sort();
  const known = new Set(names);
  const read = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
    if (known.has(name)) return readBytes(name);
    throw new InternVLError(
      'file-missing',
      `Expected ${name} in ${where}, found ${names.join(', ') || 'no file of a checkpoint'}; add the published file.`,
      { file: name, path: where, found: names },
    );
  };
  return {
    names,
    has: (name) => known.has(name),
    read,
    readText: async (name) => new TextDecoder().decode(await read(name)),
    readJson: async (name) => parseJson(name, await read(name)),
    async readAll() {
      const pairs = await Promise.all(names.map(async (name) => [name, await read(name)] as const));
      return Object.fromEntries(pairs);
    },
  };
}
