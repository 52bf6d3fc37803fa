import type { AnswerOptions, Chat, ChatEvent, Part, Turn } from '@internvl/chat';
import { badRequest } from '../api-error.js';
import type { Exchange } from '../exchange.js';
import { loadPages } from '../images/load-images.js';
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
  const { turns, tileLimits } = await loadTurns(service, exchange, conversation);
  if (logText) told.prompt = textOf(turns);
  const waitingMs = clock();
  await ticket.start(choices, signal);
  told.queuedMs = clock() - waitingMs;
  exchange.running = true;
  const { chat, release } = service.models.use(model);
  exchange.defer(release);
  const answering = {
    ...options,
    ...tilesOf(chat, tileLimits, options.maxTiles),
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

/** A conversation with its images. */
interface LoadedConversation {
  readonly turns: readonly Turn[];
  /** Most tiles of each image, where the request says. */
  readonly tileLimits: readonly (number | undefined)[];
}

async function loadTurns(
  { options: { fetchImage, readPdf, limits } }: Service,
  { held, signal, told }: Exchange,
  { turns }: WantedConversation,
): Promise<LoadedConversation> {
  const tileLimits: (number | undefined)[] = [];
  const loaded: Turn[] = [];
  for (const { role, parts } of turns) {
    const ready: Part[] = [];
    for (const part of parts) {
      if (part.type === 'text') {
        ready.push(part);
        continue;
      }
      const { source } = part;
      const images = await loadPages(source, {
        fetchImage,
        readPdf,
        mostPixels: limits.pixels,
        mostImages: limits.images - tileLimits.length,
        held,
        signal,
      });
      for (const image of images) {
        if (tileLimits.length === limits.images) throw tooMany(source.param, limits.images);
        tileLimits.push(source.maxTiles);
        ready.push({ type: 'image', image });
      }
    }
    loaded.push({ role, parts: ready });
  }
  told.images = tileLimits.length;
  return { turns: loaded, tileLimits };
}

function tooMany(param: string, most: number) {
  return badRequest(
    'too_many_images',
    param,
    `Expected at most ${most} images, pages counting, got more; send fewer.`,
  );
}

/** Limits of tiles, one for each image, where any image has its own. */
function tilesOf(
  chat: Chat,
  limits: readonly (number | undefined)[],
  usual: number = chat.facts.config.maxTiles,
): Pick<AnswerOptions, 'maxTiles'> {
  if (limits.every((limit) => limit === undefined)) return {};
  return { maxTiles: limits.map((limit) => limit ?? usual) };
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
