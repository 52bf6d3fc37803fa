import type { Chat, ChatEvent, Turn } from '@internvl/chat';
import type { RgbImage } from '@internvl/tiling';
import { encodePng } from '@internvl/tiling/node';
import { askText, question, timedAnswer } from './ask.js';
import { variant } from './picture.js';
import { type Stage, stageOf } from './stage.js';
import { someWords } from './words.js';

export interface CancelOptions {
  readonly maxTiles: number;
  readonly runs: number;
  /** Words of the prompt that is cancelled while it is read. */
  readonly words: number;
  readonly signal: AbortSignal;
}

/**
 * From the caller's abort to the moment it is told, in the middle of each part of an answer; and to the moment the model is free, as a run
 * that cannot be stopped keeps it busy for longer than the caller waits: when a short answer is there that waits for it, less what that
 * answer takes by itself.
 */
export async function measureCancelling(
  chat: Chat,
  image: RgbImage,
  { maxTiles, runs, words, signal }: CancelOptions,
): Promise<readonly (Stage | undefined)[]> {
  const told = { vision: [] as number[], prefill: [] as number[], decode: [] as number[] };
  const freed = { vision: [] as number[], prefill: [] as number[], decode: [] as number[] };
  const shortAnswer = async () => {
    const start = performance.now();
    await askText(chat, 'Hello.', { maxNewTokens: 1, signal });
    return performance.now() - start;
  };
  await shortAnswer();
  for (let run = 0; run < runs; run++) {
    const alone = await shortAnswer();
    const file = await encodePng(variant(image, 100 + run));
    const asked = [
      ['vision', question('Describe the image.', file), 'vision-progress'],
      ['prefill', question(someWords(words, 200 + run)), 'prompt-built'],
      ['decode', question(`Tell me of ${someWords(5, 300 + run)}.`), 'text-delta'],
    ] as const;
    for (const [part, turns, when] of asked) {
      const abortedAt = await cancelled(chat, turns, when, { maxTiles, signal });
      if (abortedAt === undefined) continue;
      told[part].push(performance.now() - abortedAt);
      await shortAnswer();
      freed[part].push(Math.max(0, performance.now() - abortedAt - alone));
    }
  }
  return [
    stageOf('cancel-vision', 'behind the first tile', told.vision),
    stageOf('cancel-prefill', 'while a prompt is read', told.prefill),
    stageOf('cancel-decode', 'behind the first token', told.decode),
    stageOf('freed-vision', 'until the model is free', freed.vision),
    stageOf('freed-prefill', 'until the model is free', freed.prefill),
  ];
}

/** Long enough that the work that follows the event is under way. */
const pauseMs = 20;

/** When it was aborted, by the clock; undefined where the answer was there before. */
async function cancelled(
  chat: Chat,
  turns: readonly Turn[],
  when: ChatEvent['type'],
  { maxTiles, signal }: Pick<CancelOptions, 'maxTiles' | 'signal'>,
): Promise<number | undefined> {
  const own = new AbortController();
  let start: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    const options = { maxTiles, maxNewTokens: 256, signal: AbortSignal.any([signal, own.signal]) };
    await timedAnswer(chat.answer(turns, options), ({ type }) => {
      if (type !== when || timer) return;
      timer = setTimeout(() => {
        start = performance.now();
        own.abort();
      }, pauseMs);
    });
  } catch (error) {
    if (error !== own.signal.reason || start === undefined) throw error;
    return start;
  } finally {
    clearTimeout(timer);
  }
  return undefined;
}
