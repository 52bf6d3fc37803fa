import type { AnswerOptions, Chat, ChatEvent, Part, Turn } from '@internvl/chat';
import type { Exchange } from '../exchange.js';
import { loadImage } from '../images/load-images.js';
import type { WantedConversation } from '../openai/messages.js';
import type { Asked, Service } from '../service.js';
import type { AnswerRequest } from './answer-request.js';
import { type Merged, merge } from './merge.js';

/** Answers under way, and the chat that makes them. */
export interface BegunAnswers {
  readonly chat: Chat;
  readonly events: AsyncGenerator<Merged<ChatEvent>, void, void>;
}

/** Loads the images of a request, waits for its turn, and begins its answers. Nothing runs before the first `next()`. */
export async function beginAnswers(
  service: Service,
  exchange: Exchange,
  { ticket }: Asked,
  { model, conversation, options, choices, stream }: AnswerRequest,
): Promise<BegunAnswers> {
  const { signal, told } = exchange;
  const { clock, logText } = service.options;
  Object.assign(told, { model, stream });
  service.models.check(model);
  const turns = await loadTurns(service, exchange, conversation);
  if (logText) told.prompt = textOf(turns);
  const waitingMs = clock();
  await ticket.start(choices, signal);
  told.queuedMs = clock() - waitingMs;
  exchange.running = true;
  const { chat, release } = service.models.use(model);
  exchange.defer(release);
  const answering = {
    ...options,
    ...tilesOf(chat, conversation, options.maxTiles),
    ...(conversation.system !== undefined && { system: conversation.system }),
    signal,
  };
  const events = merge(
    Array.from({ length: choices }, (_, index) => chat.answer(turns, seeded(answering, index))),
  );
  return { chat, events: watched(service, exchange, events) };
}

/** The same seed would give the same answer again. */
function seeded(options: AnswerOptions, index: number): AnswerOptions {
  return options.seed === undefined || index === 0 ? options : { ...options, seed: options.seed + index };
}

async function loadTurns(
  { options }: Service,
  { held, signal, told }: Exchange,
  { turns }: WantedConversation,
): Promise<Turn[]> {
  let images = 0;
  const loaded: Turn[] = [];
  for (const { role, parts } of turns) {
    const ready: Part[] = [];
    for (const part of parts) {
      if (part.type === 'text') {
        ready.push(part);
        continue;
      }
      const image = await loadImage(part.source, {
        fetchImage: options.fetchImage,
        mostPixels: options.limits.pixels,
        held,
        signal,
      });
      images++;
      ready.push({ type: 'image', image });
    }
    loaded.push({ role, parts: ready });
  }
  told.images = images;
  return loaded;
}

/** Limits of tiles, one for each image, where any image has its own. */
function tilesOf(
  chat: Chat,
  { turns }: WantedConversation,
  usual: number = chat.facts.config.maxTiles,
): Pick<AnswerOptions, 'maxTiles'> {
  const sources = turns.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'image' ? [part.source] : [])),
  );
  if (sources.every(({ maxTiles }) => maxTiles === undefined)) return {};
  return { maxTiles: sources.map(({ maxTiles }) => maxTiles ?? usual) };
}

/** Notes what the log tells of the answers that pass by. */
async function* watched(
  { options: { clock } }: Service,
  { told, startMs }: Exchange,
  events: AsyncGenerator<Merged<ChatEvent>, void, void>,
): AsyncGenerator<Merged<ChatEvent>, void, void> {
  for await (const merged of events) {
    const { value } = merged;
    if (value.type === 'text-delta') told.firstTokenMs ??= clock() - startMs;
    if (value.type === 'answer-finished') {
      const { inputTokens, cachedTokens, outputTokens } = value.answer.usage;
      told.inputTokens = (told.inputTokens ?? 0) + inputTokens;
      told.cachedTokens = (told.cachedTokens ?? 0) + cachedTokens;
      told.outputTokens = (told.outputTokens ?? 0) + outputTokens;
    }
    yield merged;
  }
}

function textOf(turns: readonly Turn[]): string {
  return turns
    .map(({ role, parts }) => {
      const texts = parts.map((part) => (part.type === 'text' ? part.text : `<${part.type}>`));
      return `${role}: ${texts.join(' ')}`;
    })
    .join('\n');
}
