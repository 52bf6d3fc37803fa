import { InternVLError } from '@internvl/backend';
import type { ScoredStep } from '@internvl/llm';
import type { Prompt } from '@internvl/tokenizer/templates';
import type { TileFeatures } from '@internvl/vision';
import type { Answer } from '../answer.js';
import type { ChatModel, LanguageSide } from '../chat-model.js';
import type { ChatEvent } from '../event.js';
import type { AnswerOptions } from '../options.js';
import { groundedBoxes } from '../text/grounded-boxes.js';
import type { Turn } from '../turn.js';
import { buildPrompt, imageTokens } from './build-prompt.js';
import { encodeImages } from './encode-images.js';
import { type Generated, generateAnswer } from './generate-answer.js';
import { type Memory, type ShownImages, tiledImages } from './memory.js';
import { showImages } from './show-images.js';

/** Sees every stage of an answer. */
export interface Observer {
  onTile?(pixels: Float32Array, features: TileFeatures): void;
  onPrompt?(prompt: Prompt, shown: readonly ShownImages[]): Promise<void>;
  onScores?(step: ScoredStep): void;
}

/** Answers the last turn of a conversation: plan, prompt, encoder, language model. */
export async function* streamAnswer(
  model: ChatModel,
  turns: readonly Turn[],
  options: AnswerOptions,
  memory: Memory,
  observer: Observer = {},
): AsyncGenerator<ChatEvent, void, void> {
  const side = languageSide(model);
  const { clock } = model;
  const { signal } = options;
  signal?.throwIfAborted();
  // A format that can't be kept is refused before any work.
  if (options.responseFormat) await side.formats.prepare(options.responseFormat, signal);
  const start = clock();
  const shown = yield* showImages(model, turns, memory.shown, options);
  const prompt = buildPrompt(model, side, turns, shown, options);
  yield { type: 'prompt-built', ...builtPrompt(prompt) };
  const encodedTiles = yield* encodeImages(model, shown, {
    signal,
    cache: memory.shared.tileCache,
    onTile: observer.onTile,
  });
  const visionMs = clock() - start;
  await observer.onPrompt?.(prompt, shown);
  const generated = yield* generateAnswer(side, prompt, shown, memory.shared.running!, memory, {
    ...options,
    clock,
    onScores: observer.onScores,
  });
  memory.shown = shown;
  yield {
    type: 'answer-finished',
    answer: finishAnswer(model, prompt, shown, generated, { encodedTiles, visionMs }),
  };
}

/** @throws `architecture-unsupported` for a vision tower alone */
export function languageSide({ language, config }: ChatModel): LanguageSide {
  if (language) return language;
  throw new InternVLError(
    'architecture-unsupported',
    `Expected a checkpoint with a language model, got ${config.architecture} alone; ask for its features instead of answers.`,
    { architecture: config.architecture },
  );
}

function builtPrompt(prompt: Prompt) {
  return { text: prompt.text, ids: prompt.ids, imageTokens: imageTokens(prompt) };
}

/** What the vision encoder did for an answer. */
interface EncodedImages {
  readonly encodedTiles: number;
  readonly visionMs: number;
}

/** Puts together what an answer tells. */
function finishAnswer(
  model: ChatModel,
  prompt: Prompt,
  shown: readonly ShownImages[],
  { text, ids, logprobs, finishReason, cachedTokens, acceptedTokens, prefillMs, decodeMs }: Generated,
  { encodedTiles, visionMs }: EncodedImages,
): Answer {
  const { backend, precision, loadMs } = model;
  const last = shown.flatMap(({ tiled }) => tiled).at(-1);
  const spelled = last && languageSide(model).tokenizer.decode(ids);
  return {
    text,
    ids,
    finishReason,
    ...(logprobs.length > 0 && { logprobs }),
    prompt: builtPrompt(prompt),
    tiles: tiledImages(shown),
    encodedTiles,
    boxes: last && spelled ? groundedBoxes(spelled, last) : [],
    usage: {
      inputTokens: prompt.ids.length,
      cachedTokens,
      outputTokens: ids.length,
      ...(acceptedTokens > 0 && { acceptedTokens }),
    },
    timings: { loadMs, visionMs, prefillMs, decodeMs },
    backend,
    precision,
  };
}
