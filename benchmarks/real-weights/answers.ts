import type { Chat } from '@internvl/chat';
import { load } from '@internvl/chat/node';

/** A greedy answer to a question. */
export interface GreedyAnswer {
  readonly ids: readonly number[];
  readonly text: string;
  readonly decodeMs: number;
  /** Tokens that were guessed from the text so far, rightly. */
  readonly acceptedTokens: number;
}

/** The checkpoint in a precision; nothing is remembered from one answer to the next. */
export function loadFresh(
  checkpoint: string,
  options: {
    readonly precision: string;
    readonly cache: string;
    readonly promptLookup: boolean;
    readonly threads: number;
  },
): Promise<Chat> {
  return load(checkpoint, { ...options, backend: 'cpu', worker: false, prefixCacheBytes: 0 });
}

export async function greedyAnswer(
  chat: Chat,
  question: string,
  maxNewTokens: number,
): Promise<GreedyAnswer> {
  const turns = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: question }] }];
  for await (const event of chat.answer(turns, { maxNewTokens })) {
    if (event.type !== 'answer-finished') continue;
    const { ids, text, timings, usage } = event.answer;
    return { ids, text, decodeMs: timings.decodeMs, acceptedTokens: usage.acceptedTokens ?? 0 };
  }
  throw new Error('the answer did not finish');
}

/** How much likelier the best token was than the next best at one place of a greedy answer, in natural logarithms. */
export async function gapAt(chat: Chat, question: string, place: number): Promise<number> {
  const turns = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: question }] }];
  for await (const event of chat.answer(turns, { maxNewTokens: place + 1, logprobs: 2 })) {
    if (event.type !== 'answer-finished') continue;
    const [best, next] = event.answer.logprobs!.at(place)!.top;
    return best!.logprob - next!.logprob;
  }
  throw new Error('the answer did not finish');
}
