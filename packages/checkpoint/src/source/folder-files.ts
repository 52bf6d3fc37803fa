import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { parseJson } from '../config/parse-json.js';
import type { CheckpointFiles } from './checkpoint.js';
import { isSmallFile } from './checkpoint-files.js';
import { hasCode } from './error-code.js';

/**
 * The small files of a checkpoint folder. A folder with tokenizer files alone is fine.
 *
 * @throws `model-not-found` when there is no such folder
 */
export async function folderFiles(path: string): Promise<CheckpointFiles> {
  const names = (await list(path)).filter(isSmallFile).sort();
  const known = new Set(names);
  const read = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
    if (!known.has(name)) {
      throw new InternVLError(
        'file-missing',
        `Expected ${name} in ${path}, found ${names.join(', ') || 'no file of a checkpoint'}; add the published file.`,
        { file: name, path, found: names },
      );
    }
    return Uint8Array.from(await readFile(join(path, name)));
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

async function list(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'ENOTDIR')) throw error;
    throw new InternVLError(
      'model-not-found',
      `Expected a checkpoint folder at ${path}, found ${hasCode(error, 'ENOTDIR') ? 'a file' : 'nothing'}; pass the folder that holds config.json.`,
      { path },
      { cause: error },
    );
  }
}
