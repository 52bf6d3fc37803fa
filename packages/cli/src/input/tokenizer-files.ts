import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { folderFiles, resolveModel } from '@internvl/checkpoint/node';
import type { TokenizerFiles } from '@internvl/tokenizer';
import type { Output } from '../terminal/output.js';
import type { Surroundings } from '../terminal/surroundings.js';
import { showProgress } from './progress.js';

/**
 * The files a tokenizer is made of: those of a folder or a Hub id, or one file alone.
 *
 * @throws `model-not-found` and what fetching throws
 */
export async function tokenizerFiles(
  model: string,
  { env, signal }: Pick<Surroundings, 'env' | 'signal'>,
  output: Output,
): Promise<TokenizerFiles> {
  const found = await stat(model).catch(() => undefined);
  if (found?.isFile()) {
    return { [basename(model)]: new Uint8Array(await readFile(model, { signal })) };
  }
  const options = { weights: false, env, signal, onProgress: showProgress(output) };
  const { path } = await resolveModel(model, options);
  return (await folderFiles(path)).readAll();
}
