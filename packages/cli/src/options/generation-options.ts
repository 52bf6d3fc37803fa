import type { GenerationOptions } from '@internvl/chat';
import type { OptionTable } from './option-table.js';
import type { OptionsOf } from './options.js';

/** How an answer is made; names as elsewhere in the ecosystem. */
export const generationOptions = {
  system: { type: 'string', value: 'TEXT', help: "System message instead of the checkpoint's." },
  'max-new-tokens': { type: 'string', value: 'N', help: 'Most tokens of the answer. Default: 1024.' },
  temperature: { type: 'string', value: 'X', help: '0, the default, always takes the likeliest token.' },
  'top-p': {
    type: 'string',
    value: 'X',
    help: 'Sample from the likeliest tokens that reach this probability.',
  },
  'top-k': { type: 'string', value: 'N', help: 'Sample from this many likeliest tokens.' },
  'min-p': {
    type: 'string',
    value: 'X',
    help: 'Sample from tokens at least this share as likely as the likeliest.',
  },
  'repetition-penalty': {
    type: 'string',
    value: 'X',
    help: 'Above 1 discourages tokens that were there before.',
  },
  'presence-penalty': {
    type: 'string',
    value: 'X',
    help: 'Taken off the score of every new token seen before.',
  },
  'frequency-penalty': { type: 'string', value: 'X', help: 'The same, once per time it was seen.' },
  seed: { type: 'string', value: 'N', help: 'Makes sampling repeatable.' },
  stop: {
    type: 'string',
    multiple: true,
    value: 'TEXT',
    help: 'Text that ends the answer; may be given several times.',
  },
} as const satisfies OptionTable;

/** What the generation options ask for, limits checked. */
export function generationOf(
  options: OptionsOf<typeof generationOptions>,
): GenerationOptions & { readonly system?: string } {
  const system = options.text('system');
  const stop = options.texts('stop');
  return {
    maxNewTokens: options.number('max-new-tokens', { least: 1, whole: true }),
    temperature: options.number('temperature', { least: 0 }),
    topP: options.number('top-p', { least: 0, most: 1 }),
    topK: options.number('top-k', { least: 0, whole: true }),
    minP: options.number('min-p', { least: 0, most: 1 }),
    repetitionPenalty: options.number('repetition-penalty', { least: 0.01 }),
    presencePenalty: options.number('presence-penalty'),
    frequencyPenalty: options.number('frequency-penalty'),
    seed: options.number('seed', { least: 0, most: 2 ** 32 - 1, whole: true }),
    ...(stop.length > 0 && { stop }),
    ...(system !== undefined && { system }),
  };
}
