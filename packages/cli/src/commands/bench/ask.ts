import type { Answer, AnswerOptions, Chat, ChatEvent, ImageInput, Turn } from '@internvl/chat';

/** One answer and when what of it came, milliseconds from the question. */
export interface TimedAnswer {
  readonly answer: Answer;
  /** The first text; the end where there is none. */
  readonly firstTokenMs: number;
  /** Each tile that the encoder was done with, after the one before; the first is left out, as it waits for the image. */
  readonly tileMs: readonly number[];
}

/** @throws as the answer does */
export async function timedAnswer(
  events: AsyncIterable<ChatEvent>,
  onEvent: (event: ChatEvent) => void = () => {},
): Promise<TimedAnswer> {
  const start = performance.now();
  const tileMs: number[] = [];
  let tile: number | undefined;
  let firstTokenMs: number | undefined;
  for await (const event of events) {
    const now = performance.now();
    onEvent(event);
    if (event.type === 'vision-progress') {
      if (tile !== undefined) tileMs.push(now - tile);
      tile = now;
    } else if (event.type === 'text-delta') firstTokenMs ??= now - start;
    else if (event.type === 'answer-finished') {
      return { answer: event.answer, firstTokenMs: firstTokenMs ?? now - start, tileMs };
    }
  }
  throw new Error('the answer never finished');
}

/** A question about an image, or about nothing. */
export function question(text: string, image?: ImageInput): Turn[] {
  const parts: Turn['parts'] = image === undefined ? [] : [{ type: 'image', image }];
  return [{ role: 'user', parts: [...parts, { type: 'text', text }] }];
}

/** Asks for a text alone. */
export function askText(chat: Chat, text: string, options: AnswerOptions): Promise<TimedAnswer> {
  return timedAnswer(chat.answer(question(text), options));
}
