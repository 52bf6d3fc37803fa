import { InternVLError } from '@internvl/backend';
import type { Answer } from './answer.js';
import type { ChatEvent } from './event.js';

/**
 * Runs a stream of chat events to its end and returns the answer.
 *
 * @throws `answer-missing` when the stream ends without one; whatever the stream throws.
 */
export async function finishedAnswer(events: AsyncIterable<ChatEvent>): Promise<Answer> {
  let answer: Answer | undefined;
  for await (const event of events) if (event.type === 'answer-finished') answer = event.answer;
  if (answer === undefined) {
    throw new InternVLError(
      'answer-missing',
      "Expected a stream that ends with 'answer-finished', got one that ended before; pass a stream that nobody else reads.",
    );
  }
  return answer;
}
