import { InternVLError } from '@internvl/backend';
import type { LanguageModelSpec } from './language-model-spec.js';

/**
 * Tokens a conversation may have. Dynamic NTK and linear scaling exist to go past the positions of the training,
 * by their factor; every other model ends at `maxPositions`.
 */
export function contextLimit({ maxPositions, rope }: LanguageModelSpec): number {
  const stretched = rope.type === 'dynamic' || rope.type === 'linear';
  return stretched ? Math.floor(maxPositions * rope.factor) : maxPositions;
}

/**
 * Refuses a prompt that does not fit, before any work.
 *
 * @throws `context-overflow` that says by how many tokens, and how many would fit.
 */
export function assertFits(promptTokens: number, cachedTokens: number, limit: number): void {
  const excessTokens = cachedTokens + promptTokens - limit;
  if (excessTokens <= 0) return;
  const fittingTokens = Math.max(0, limit - cachedTokens);
  const cached = cachedTokens > 0 ? ` after ${cachedTokens} cached ones` : '';
  throw new InternVLError(
    'context-overflow',
    `Expected at most ${fittingTokens} prompt tokens${cached} (the context holds ${limit}), got ${promptTokens}; make the prompt ${excessTokens} tokens shorter: fewer or smaller images, or fewer turns.`,
    { limit, promptTokens, cachedTokens, excessTokens, fittingTokens },
  );
}
