import type { LanguageModelV3, LanguageModelV3CallOptions } from '@ai-sdk/provider';
import { type ChatEvent, finishedAnswer } from '@internvl/chat';
import { askedOf } from './answer-options.js';
import { callError } from './call-error.js';
import { type ChatSource, oneChat } from './chat-source.js';
import type { UrlImages } from './images.js';
import { outcomeOf } from './outcome.js';
import { readable, streamParts } from './stream-parts.js';

export interface LanguageModelOptions {
  /** Name for logs; `internvl` by default. */
  readonly modelId?: string | undefined;
  /**
   * What becomes of images behind http(s) URLs: `refuse` (the default) throws, `download` lets the AI SDK fetch them,
   * `pass` hands the URL to the chat, for remote chats whose server fetches.
   */
  readonly urls?: UrlImages | undefined;
}

/**
 * Any chat as a language model of the AI SDK: loaded in Node, in a browser's worker, or remote. Version 3 of the interface,
 * which ai 6 and ai 7 take.
 *
 * Its calls throw what `Chat.answer` throws; `UnsupportedFunctionalityError` for tool messages and files that are no
 * images; `APICallError`, which the AI SDK tries again, for what passes on a server; the reason of an abort as it is.
 */
export function languageModel(
  source: ChatSource,
  { modelId = 'internvl', urls = 'refuse' }: LanguageModelOptions = {},
): LanguageModelV3 {
  const chatOf = oneChat(source);
  return {
    specificationVersion: 'v3',
    provider: 'internvl',
    modelId,
    // URLs that are claimed here come as they are; the AI SDK downloads all others.
    supportedUrls: urls === 'download' ? {} : { '*/*': [/^https?:/] },

    async doGenerate(call) {
      const { events, warnings } = await ask(call);
      try {
        const answer = await finishedAnswer(events);
        const { text } = answer;
        return {
          content: text === '' ? [] : [{ type: 'text', text }],
          ...outcomeOf(answer),
          response: { modelId },
          warnings,
        };
      } catch (error) {
        throw callError(error);
      }
    },

    async doStream(call) {
      const { events, warnings, signal, leave } = await ask(call);
      const begun = await begin(events);
      const raw = call.includeRawChunks ?? false;
      return { stream: readable(streamParts(begun, { modelId, warnings, raw, signal }), leave) };
    },
  };

  async function ask(call: LanguageModelV3CallOptions) {
    const leaving = new AbortController();
    const { abortSignal } = call;
    abortSignal?.throwIfAborted();
    const signal = abortSignal ? AbortSignal.any([abortSignal, leaving.signal]) : leaving.signal;
    const chat = await chatOf();
    const { turns, options, warnings } = askedOf(call, chat, urls);
    const events = chat.answer(turns, { ...options, signal });
    // Straight to the answer: a generator around it that nobody has read from would not pass it on.
    const leave = async () => {
      leaving.abort();
      await events.return().catch(() => {});
    };
    return { events, warnings, signal, leave };
  }
}

/** What is wrong with a call rejects it, so that it can be tried again, instead of breaking a stream. */
async function begin(
  events: AsyncGenerator<ChatEvent, void, void>,
): Promise<AsyncGenerator<ChatEvent, void, void>> {
  try {
    const { done, value } = await events.next();
    return done ? events : following(value, events);
  } catch (error) {
    throw callError(error);
  }
}

async function* following<T>(first: T, rest: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}
