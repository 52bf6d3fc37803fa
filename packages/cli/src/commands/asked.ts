import type { AnswerOptions, Chat, LoadOptions } from '@internvl/chat';
import { load } from '@internvl/chat/node';
import { modelArgument } from '../input/model.js';
import { showProgress } from '../input/progress.js';
import { turnOptions } from '../input/turns.js';
import { globalOptions, runtimeOf, runtimeOptions } from '../options/common-options.js';
import { formatOf, formatOptions } from '../options/format-options.js';
import { generationOf, generationOptions } from '../options/generation-options.js';
import type { OptionsOf } from '../options/options.js';
import { tileOptions, tilesOf } from '../options/tile-options.js';
import type { Output } from '../terminal/output.js';
import type { Surroundings } from '../terminal/surroundings.js';

/** Options of the commands that ask a model something. */
export const askingOptions = {
  ...turnOptions,
  ...generationOptions,
  ...formatOptions,
  ...tileOptions,
  ...runtimeOptions,
  ...globalOptions,
} as const;

/** How the answer is made, from all the options that say so. */
export async function answerOptionsOf(
  options: OptionsOf<typeof askingOptions>,
): Promise<Omit<AnswerOptions, 'signal'>> {
  const responseFormat = await formatOf(options);
  return { ...generationOf(options), ...tilesOf(options), ...(responseFormat && { responseFormat }) };
}

/** Loads the MODEL of a command line with its runtime options, and those of `more`; the caller disposes it. */
export async function loadModel(
  command: string,
  positionals: readonly string[],
  options: OptionsOf<typeof runtimeOptions>,
  { env, signal }: Surroundings,
  output: Output,
  more: Pick<LoadOptions, 'parallelAnswers'> = {},
): Promise<Chat> {
  const model = modelArgument(positionals, command);
  const chat = await load(model, {
    ...runtimeOf(options),
    ...more,
    env,
    signal,
    onProgress: showProgress(output),
    onNote: (note) => output.note(note),
  });
  output.progressDone();
  return chat;
}
