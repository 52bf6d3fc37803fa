import { InternVLError } from '@internvl/backend';
import type { Prompt } from '@internvl/tokenizer/templates';
import type { ChatModel, LanguageSide } from '../chat-model.js';
import type { AnswerOptions } from '../options.js';
import { placedTurns } from '../prompt/placed-turns.js';
import type { Turn } from '../turn.js';
import type { ShownImages } from './memory.js';

/**
 * The prompt of a conversation, checked against its images and the context.
 *
 * @throws `slots-exceed-images`, `images-exceed-slots` when the template does not give every image its place,
 *   `context-overflow`
 */
export function buildPrompt(
  { config }: ChatModel,
  { model, prompts }: LanguageSide,
  turns: readonly Turn[],
  shown: readonly ShownImages[],
  { system, labels }: AnswerOptions,
): Prompt {
  const placed = placedTurns(
    turns,
    shown.map(({ tiles }) => tiles),
  );
  const prompt = prompts.build(placed, { system, labels });
  if (prompt.slots.length !== shown.length) {
    throw new InternVLError(
      prompt.slots.length > shown.length ? 'slots-exceed-images' : 'images-exceed-slots',
      `Expected the template to give each of ${shown.length} images one place, got ${prompt.slots.length}; change the checkpoint's chat template, or leave out images.`,
      { images: shown.length, slots: prompt.slots.length },
    );
  }
  assertFits(prompt, config.tokensPerTile, model.contextTokens);
  return prompt;
}

/** How many ids of a prompt wait for visual tokens. */
export function imageTokens({ slots }: Prompt): number {
  return slots.reduce((sum, { count }) => sum + count, 0);
}

/** Refuses, before the encoder works for it, a prompt that leaves no room for an answer. */
function assertFits(prompt: Prompt, tokensPerTile: number, limit: number): void {
  const promptTokens = prompt.ids.length;
  if (promptTokens <= limit) return;
  const visual = imageTokens(prompt);
  const excessTokens = promptTokens - limit;
  const fittingTiles = Math.max(0, Math.floor((limit - (promptTokens - visual)) / tokensPerTile));
  const remedy =
    visual === 0
      ? `make the prompt ${excessTokens} tokens shorter`
      : `use at most ${fittingTiles} tiles instead of ${visual / tokensPerTile}, or make the text shorter`;
  throw new InternVLError(
    'context-overflow',
    `Expected a prompt of at most ${limit} tokens, got ${promptTokens}, ${excessTokens} too many, ${visual} of them visual; ${remedy}.`,
    { limit, promptTokens, imageTokens: visual, excessTokens, fittingTokens: limit, fittingTiles },
  );
}
