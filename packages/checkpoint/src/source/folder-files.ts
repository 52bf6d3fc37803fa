import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import type { CheckpointFiles } from './checkpoint.js';
import { smallFiles } from './checkpoint-files.js';
import { hasCode } from './error-code.js';

/**
 * The small files of a checkpoint folder. A folder with tokenizer files alone is fine.
 *
 * @throws `model-not-found` when there is no such folder
 */
export async function folderFiles(path: string): Promise<CheckpointFiles> {
  return smallFiles(path, await list(path), async (name) =>
    Uint8Array.from(await readFile(join(path, name))),
  );
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
