import type { LanguageModelV3StreamPart, SharedV3Warning } from '@ai-sdk/provider';
import type { ChatEvent } from '@internvl/chat';
import { callError } from './call-error.js';
import { outcomeOf } from './outcome.js';

export interface StreamPartsOptions {
  readonly modelId: string;
  readonly warnings: SharedV3Warning[];
  /** Whether the events of the chat, progress among them, come as `raw` parts too. */
  readonly raw: boolean;
  readonly signal: AbortSignal;
}

/**
 * Events of an answer as parts of a stream. An error in the middle is a part, aborting is none.
 *
 * @throws `signal.reason` when aborted
 */
export async function* streamParts(
  events: AsyncIterable<ChatEvent>,
  { modelId, warnings, raw, signal }: StreamPartsOptions,
): AsyncGenerator<LanguageModelV3StreamPart, void, void> {
  yield { type: 'stream-start', warnings };
  yield { type: 'response-metadata', modelId };
  let open = false;
  try {
    for await (const event of events) {
      if (raw) yield { type: 'raw', rawValue: event };
      if (event.type === 'text-delta') {
        if (!open) yield { type: 'text-start', id: TEXT };
        open = true;
        yield { type: 'text-delta', id: TEXT, delta: event.text };
      }
      if (event.type !== 'answer-finished') continue;
      if (open) yield { type: 'text-end', id: TEXT };
      yield { type: 'finish', ...outcomeOf(event.answer) };
    }
  } catch (error) {
    if (signal.aborted) throw error;
    yield { type: 'error', error: callError(error) };
  }
}

/** An answer is one block of text. */
const TEXT = '0';

/** A generator as a stream; nothing is made before it is read. */
export function readable<T>(
  parts: AsyncGenerator<T, void, void>,
  onCancel: () => Promise<void>,
): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await onCancel();
        await parts.return().catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}
