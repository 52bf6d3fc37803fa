import type { RunningBatch, ScoredStep } from '@internvl/llm';
import type { Prompt } from '@internvl/tokenizer/templates';
import type { TokenLogprobs } from '../answer.js';
import { breath } from '../breath.js';
import type { LanguageSide } from '../chat-model.js';
import type { PrefillProgress, TextDelta } from '../event.js';
import type { AnswerOptions } from '../options.js';
import { tokenLogprobs } from '../text/token-logprobs.js';
import { choiceOptions } from './choice-options.js';
import { GrowingText } from './growing-text.js';
import type { Memory, ShownImages } from './memory.js';

/** What generating gave. */
export interface Generated {
  readonly text: string;
  readonly ids: readonly number[];
  /** Empty where nobody asked. */
  readonly logprobs: readonly TokenLogprobs[];
  readonly finishReason: 'stop' | 'length';
  readonly cachedTokens: number;
  readonly acceptedTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

export interface GenerateAnswerOptions extends AnswerOptions {
  readonly clock: () => number;
  readonly onScores?: ((step: ScoredStep) => void) | undefined;
}

/** Takes a prompt through the language model: prefill behind what the memory has, then token by token. */
export async function* generateAnswer(
  side: LanguageSide,
  prompt: Prompt,
  shown: readonly ShownImages[],
  running: RunningBatch,
  memory: Memory,
  { clock, onScores, ...options }: GenerateAnswerOptions,
): AsyncGenerator<PrefillProgress | TextDelta, Generated, void> {
  const choice = choiceOptions(side, prompt, options);
  const growing = new GrowingText(side, options);
  const start = clock();
  let cachedTokens = 0;
  let acceptedTokens = 0;
  let prefilled = start;
  let finishReason: Generated['finishReason'] = 'length';
  const events = running.generate(modelPrompt(prompt, shown), {
    ...choice,
    hold: memory.hold,
    visualNames: shown.flatMap(({ names }) => names),
    signal: options.signal,
    chunkTokens: options.chunkTokens,
    onScores,
  });
  for await (const event of events) {
    await breath(options.signal);
    if (event.type === 'started') {
      cachedTokens = event.cachedTokens;
    } else if (event.type === 'prefill-progress') {
      yield { type: 'prefill-progress', loaded: cachedTokens + event.tokens, total: prompt.ids.length };
    } else if (event.type === 'token') {
      if (event.index === 0) prefilled = clock();
      if (event.guessed) acceptedTokens++;
      const delta = growing.push(event.id, tokenLogprobs(side, event));
      if (delta) yield delta;
      if (growing.stopped) {
        finishReason = 'stop';
        break;
      }
    } else if (event.reason === 'stop') {
      finishReason = 'stop';
    }
  }
  const rest = growing.end();
  if (rest) yield rest;
  return {
    text: growing.text,
    ids: growing.ids,
    logprobs: growing.logprobs,
    finishReason,
    cachedTokens,
    acceptedTokens,
    prefillMs: prefilled - start,
    decodeMs: clock() - prefilled,
  };
}

/** A prompt as the language model takes it. */
export function modelPrompt({ ids, slots, slotId }: Prompt, shown: readonly ShownImages[]) {
  return {
    ids,
    slotId,
    slots: slots.map(({ start, count }) => ({ start, end: start + count })),
    visualTokens: shown.flatMap(({ tokens }) => tokens),
  };
}
