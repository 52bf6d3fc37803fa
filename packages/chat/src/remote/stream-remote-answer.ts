import { InternVLError } from '@internvl/backend';
import type { Answer, Usage } from '../answer.js';
import type { ChatEvent } from '../event.js';
import type { AnswerOptions } from '../options.js';
import { groundedBoxes } from '../text/grounded-boxes.js';
import type { Turn } from '../turn.js';
import { type Chunk, readChunk } from './chunk.js';
import type { ImageTiles } from './dialect.js';
import type { Endpoint } from './endpoint.js';
import { ReceivedText } from './received-text.js';
import { type RequestBodyOptions, requestBody } from './request-body.js';
import type { SentImage } from './sent-image.js';
import { serverEvents } from './server-events.js';

const PATH = '/chat/completions';

/** How a chat asks its server. */
export interface Asking extends Omit<RequestBodyOptions, 'signal'> {
  readonly endpoint: Endpoint;
  readonly clock: () => number;
  readonly facts: { readonly backend: string; readonly precision: string; readonly loadMs: number };
}

/** Answers the last turn by asking a server. Leaving the loop early ends the request. */
export async function* streamRemoteAnswer(
  { endpoint, clock, facts, ...bodyOptions }: Asking,
  turns: readonly Turn[],
  options: AnswerOptions & { readonly signal: AbortSignal },
  tiles: readonly ImageTiles[],
): AsyncGenerator<ChatEvent, void, void> {
  const { signal } = options;
  signal.throwIfAborted();
  const { body, images } = await requestBody(turns, options, tiles, { ...bodyOptions, signal });
  const start = clock();
  let first: number | undefined;
  let finishReason: Answer['finishReason'] | undefined;
  let usage: Usage | undefined;
  const received = new ReceivedText(options.logprobs);
  for await (const data of serverEvents(endpoint.bytes(PATH, body, signal))) {
    if (data.trim() === '[DONE]') break;
    const chunk = readChunk(data);
    if (chunk.error) throw endpoint.failure(PATH, chunk.error.status, data);
    usage = chunk.usage ?? usage;
    if (chunk.content !== '' || chunk.reasoning !== '') first ??= clock();
    const delta = received.push(chunk);
    if (delta) yield delta;
    finishReason = finished(chunk, data) ?? finishReason;
  }
  if (finishReason === undefined) {
    throw new InternVLError(
      'remote-cut-short',
      'Expected a stream that says why it ends, got one that just ended; the server or a proxy gave up, ask again.',
      { text: received.text },
    );
  }
  const rest = received.end();
  if (rest) yield rest;
  const end = clock();
  const { text, ids, logprobs } = received;
  const answer: Answer = {
    text,
    ids,
    finishReason,
    ...(options.logprobs !== undefined && { logprobs }),
    prompt: { text: '', ids: [], imageTokens: 0 },
    tiles: [],
    encodedTiles: 0,
    boxes: boxesIn(text, images),
    usage: usage ?? { inputTokens: 0, cachedTokens: 0, outputTokens: ids.length },
    timings: {
      loadMs: facts.loadMs,
      visionMs: 0,
      prefillMs: (first ?? end) - start,
      decodeMs: end - (first ?? end),
    },
    backend: facts.backend,
    precision: facts.precision,
  };
  yield { type: 'answer-finished', answer };
}

/** @throws `remote-failed` when the server ended the answer for a reason that is none of the model's */
function finished({ finishReason }: Chunk, data: string): Answer['finishReason'] | undefined {
  switch (finishReason) {
    case undefined:
      return undefined;
    case 'stop':
    case 'eos':
    case 'eos_token':
    case 'stop_sequence':
      return 'stop';
    case 'length':
      return 'length';
  }
  throw new InternVLError(
    'remote-failed',
    `Expected an answer that ends with 'stop' or 'length', got '${finishReason}'; see what the server says of this request.`,
    { finishReason, chunk: data.slice(0, 1000) },
  );
}

/** Boxes that a server left in the text, in pixels of the last image. */
function boxesIn(text: string, images: readonly SentImage[]): Answer['boxes'] {
  const size = images.at(-1)?.size;
  return size ? groundedBoxes(text, { ...size, image: images.length - 1 }) : [];
}
