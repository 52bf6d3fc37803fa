import { generate, type ScoredStep } from '@internvl/llm';
import type { Prompt } from '@internvl/tokenizer/templates';
import { breath } from '../breath.js';
import type { LanguageSide } from '../chat-model.js';
import type { PrefillProgress, TextDelta } from '../event.js';
import type { AnswerOptions } from '../options.js';
import { choiceOptions } from './choice-options.js';
import { GrowingText } from './growing-text.js';
import type { Memory, ShownImages } from './memory.js';

/** What generating gave. */
export interface Generated {
  readonly text: string;
  readonly ids: readonly number[];
  readonly finishReason: 'stop' | 'length';
  readonly cachedTokens: number;
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
  memory: Memory,
  { clock, onScores, ...options }: GenerateAnswerOptions,
): AsyncGenerator<PrefillProgress | TextDelta, Generated, void> {
  const { model } = side;
  const choice = choiceOptions(side, prompt, options);
  const growing = new GrowingText(side, options);
  const start = clock();
  const sequence = memory.recall(model, prompt, shown);
  const cachedTokens = sequence.length;
  let prefilled = start;
  let finishReason: Generated['finishReason'] = 'length';
  try {
    const events = generate(model, unseen(prompt, shown, cachedTokens), {
      ...choice,
      sequence,
      signal: options.signal,
      chunkTokens: options.chunkTokens,
      onScores,
    });
    for await (const event of events) {
      await breath(options.signal);
      if (event.type === 'prefill-progress') {
        yield { type: 'prefill-progress', loaded: cachedTokens + event.tokens, total: prompt.ids.length };
      } else if (event.type === 'token') {
        if (event.index === 0) prefilled = clock();
        const delta = growing.push(event.id);
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
  } finally {
    memory.remember(prompt, shown, growing.ids);
  }
  return {
    text: growing.text,
    ids: growing.ids,
    finishReason,
    cachedTokens,
    prefillMs: prefilled - start,
    decodeMs: clock() - prefilled,
  };
}

/** The part of a prompt behind its first `cached` tokens, as the language model takes it. */
export function unseen({ ids, slots, slotId }: Prompt, shown: readonly ShownImages[], cached: number) {
  const left = slots.map((slot, index) => ({ ...slot, index })).filter(({ start }) => start >= cached);
  return {
    ids: ids.slice(cached),
    slotId,
    slots: left.map(({ start, count }) => ({ start: start - cached, end: start - cached + count })),
    visualTokens: left.flatMap(({ index }) => shown[index]!.tokens),
  };
}
