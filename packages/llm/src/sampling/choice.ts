import { InternVLError } from '@internvl/backend';
import type { ChoiceOptions } from '../generate-options.js';
import type { Penalties } from './penalties.js';
import { seededRandom } from './seeded-random.js';
import type { Warp } from './warp.js';

/** `ChoiceOptions` with every default in place. */
export interface Choice extends Penalties, Warp {
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly stopIds: ReadonlySet<number>;
  readonly minNewTokens: number;
  readonly maxNewTokens: number;
  readonly logprobs: number | undefined;
  readonly stopWhen: ChoiceOptions['stopWhen'];
  readonly constraint: ChoiceOptions['constraint'];
  readonly onScores: ChoiceOptions['onScores'];
}

/**
 * Fills in defaults and refuses what makes no sense.
 *
 * @throws `invalid-option` that names the option, its range and what came.
 */
export function resolveChoice(options: ChoiceOptions, vocabulary: number): Choice {
  const { seed, random = seed === undefined ? Math.random : seededRandom(seed) } = options;
  const choice: Choice = {
    temperature: options.temperature ?? 0,
    topP: options.topP ?? 1,
    topK: options.topK ?? 0,
    minP: options.minP ?? 0,
    repetitionPenalty: options.repetitionPenalty ?? 1,
    penaltyIds: options.penaltyIds ?? [],
    presencePenalty: options.presencePenalty ?? 0,
    frequencyPenalty: options.frequencyPenalty ?? 0,
    random,
    logprobs: options.logprobs,
    stopIds: new Set(options.stopIds),
    minNewTokens: options.minNewTokens ?? 0,
    maxNewTokens: options.maxNewTokens ?? 1024,
    stopWhen: options.stopWhen,
    constraint: options.constraint,
    onScores: options.onScores,
  };
  assertRanges(choice, seed, vocabulary);
  return choice;
}

function assertRanges(choice: Choice, seed: number | undefined, vocabulary: number): void {
  const { temperature, repetitionPenalty, presencePenalty, frequencyPenalty, logprobs } = choice;
  const count = (value: number) => Number.isSafeInteger(value) && value >= 0;
  const share = (value: number) => value >= 0 && value <= 1;
  check('temperature', temperature, '0 (greedy) or above', temperature >= 0 && temperature < Infinity);
  check('topP', choice.topP, '0 to 1', share(choice.topP));
  check('topK', choice.topK, '0 (off) or a whole number above', count(choice.topK));
  check('minP', choice.minP, '0 to 1', share(choice.minP));
  check(
    'repetitionPenalty',
    repetitionPenalty,
    'a number above 0',
    repetitionPenalty > 0 && repetitionPenalty < Infinity,
  );
  check('presencePenalty', presencePenalty, 'a finite number', Number.isFinite(presencePenalty));
  check('frequencyPenalty', frequencyPenalty, 'a finite number', Number.isFinite(frequencyPenalty));
  check('seed', seed, 'a whole number', seed === undefined || Number.isSafeInteger(seed));
  check(
    'logprobs',
    logprobs,
    `0 to ${vocabulary}`,
    logprobs === undefined || (count(logprobs) && logprobs <= vocabulary),
  );
  check('minNewTokens', choice.minNewTokens, 'a whole number of 0 or more', count(choice.minNewTokens));
  check('maxNewTokens', choice.maxNewTokens, 'a whole number of 0 or more', count(choice.maxNewTokens));
  for (const id of choice.stopIds) check('stopIds', id, 'whole numbers of 0 or more', count(id));
}

function check(option: string, value: number | undefined, range: string, valid: boolean): void {
  if (valid) return;
  throw new InternVLError(
    'invalid-option',
    `Expected ${option} to be ${range}, got ${value}; change it or leave it out.`,
    { option, value, range },
  );
}
