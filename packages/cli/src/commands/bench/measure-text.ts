import type { Chat } from '@internvl/chat';
import { askText } from './ask.js';
import { type Stage, stageOf } from './stage.js';
import { someWords } from './words.js';

export interface TextOptions {
  /** Tokens of the prompt that is read. */
  readonly promptTokens: number;
  /** Tokens in front of the steps. */
  readonly contexts: readonly number[];
  readonly runs: number;
  /** Steps of a run. */
  readonly newTokens: number;
  /** Tokens a conversation may have. */
  readonly contextTokens: number;
  readonly signal: AbortSignal;
}

/** Answers that a model may end at once before steps are given up on. */
const mostAnswers = 40;

/** Prompts that are new each time, and steps behind contexts. A prompt or context that the model is too small for is left out. */
export async function measureText(chat: Chat, options: TextOptions): Promise<readonly (Stage | undefined)[]> {
  const { promptTokens, contexts, runs, newTokens, contextTokens, signal } = options;
  const wordsFor = await calibrated(chat, signal);
  const fits = (tokens: number) => tokens + newTokens < contextTokens;
  const prefill: number[] = [];
  let read = 0;
  for (let run = 0; fits(promptTokens) && run < runs; run++) {
    const text = someWords(wordsFor(promptTokens), 100 + run);
    const { answer } = await askText(chat, text, { maxNewTokens: 1, signal });
    prefill.push(answer.timings.prefillMs);
    read = answer.usage.inputTokens - answer.usage.cachedTokens;
  }
  const stages = [stageOf('prefill', `${read} tokens`, prefill, { tokens: read })];
  for (const context of contexts.filter(fits)) {
    const steps: number[] = [];
    let tokens = 0;
    for (let at = 0, made = 0; made < runs * newTokens && at < mostAnswers; at++) {
      // The ends differ, so that a model that ends its answer at once is asked something else; what is before them is cached.
      const text = `${someWords(wordsFor(context), 7)} ${someWords(3, at % (2 * runs))}`;
      const { answer } = await askText(chat, text, { maxNewTokens: newTokens + 1, signal });
      const count = answer.usage.outputTokens - 1;
      if (count > 0) steps.push(answer.timings.decodeMs / count);
      made += count;
      tokens = answer.usage.inputTokens;
    }
    stages.push(stageOf('decode', `behind ${tokens} tokens`, steps, { tokens: 1 }));
  }
  return stages;
}

/** How many words make a prompt of so many tokens, by what two prompts took. */
async function calibrated(chat: Chat, signal: AbortSignal): Promise<(tokens: number) => number> {
  const tokensOf = async (words: number) =>
    (await askText(chat, someWords(words, 3), { maxNewTokens: 1, signal })).answer.usage.inputTokens;
  const [few, many] = [await tokensOf(20), await tokensOf(60)];
  const each = Math.max(1, (many - few) / 40);
  return (tokens) => Math.max(1, Math.round((tokens - few) / each) + 20);
}
