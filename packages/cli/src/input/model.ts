import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { type ModelConfig, readConfigFiles } from '@internvl/checkpoint';
import { folderFiles, resolveModel } from '@internvl/checkpoint/node';
import { usageError } from '../options/usage-error.js';
import type { Output } from '../terminal/output.js';
import type { Surroundings } from '../terminal/surroundings.js';
import { showProgress } from './progress.js';

/** The word for the model that comes with this command. */
const NANO = 'nano';

/**
 * The one MODEL of a command line.
 *
 * @throws `usage` when there is none, or more than one
 */
export function modelArgument(positionals: readonly string[], command: string): string {
  const [model, ...rest] = positionals;
  if (model === undefined) {
    throw usageError(
      `Expected a MODEL, got none; write internvl ${command} MODEL …, where MODEL is a folder, a Hub id or ${NANO}.`,
    );
  }
  if (rest.length > 0) {
    throw usageError(
      `Expected one MODEL, got also '${rest.join("', '")}'; images go behind --image, a question behind --prompt.`,
      { extra: rest },
    );
  }
  return modelPath(model);
}

/** A MODEL as the packages take it: `nano` is the folder that ships it, a folder or a Hub id stays as it is. */
export function modelPath(model: string): string {
  return model === NANO ? nanoFolder() : model;
}

function nanoFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@internvl/nano/config.json'));
}

/** The folder of a model with its small files; weights are not fetched. */
async function describedFolder(
  model: string,
  { env, signal }: Pick<Surroundings, 'env' | 'signal'>,
  output: Output,
): Promise<string> {
  const { path } = await resolveModel(modelPath(model), {
    weights: false,
    env,
    signal,
    onProgress: showProgress(output),
  });
  return path;
}

/** What a model's files say it is; weights are not fetched. */
export async function describedConfig(
  model: string,
  surroundings: Pick<Surroundings, 'env' | 'signal'>,
  output: Output,
): Promise<ModelConfig> {
  return readConfigFiles(await folderFiles(await describedFolder(model, surroundings, output)));
}
