/** Penalties for tokens that came before, all resolved. */
export interface Penalties {
  /** 1 is off. */
  readonly repetitionPenalty: number;
  /** Ids before the first new token that the repetition penalty counts. */
  readonly penaltyIds: ArrayLike<number>;
  /** 0 is off. */
  readonly presencePenalty: number;
  /** 0 is off. */
  readonly frequencyPenalty: number;
}

/** Whether any of them changes anything. */
export function penalises({ repetitionPenalty, presencePenalty, frequencyPenalty }: Penalties): boolean {
  return repetitionPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0;
}

/**
 * Changes `scores` in place: first the repetition penalty (transformers' `RepetitionPenaltyLogitsProcessor`: once
 * per token, over `penaltyIds` and new ids), then presence and frequency (OpenAI: over new ids only).
 */
export function applyPenalties(scores: Float32Array, penalties: Penalties, ids: readonly number[]): void {
  const { repetitionPenalty, penaltyIds, presencePenalty, frequencyPenalty } = penalties;
  if (repetitionPenalty !== 1) {
    const factor = Math.fround(repetitionPenalty);
    for (const id of new Set([...Array.from(penaltyIds), ...ids])) {
      const score = scores[id];
      if (score !== undefined) scores[id] = score < 0 ? score * factor : score / factor;
    }
  }
  if (presencePenalty === 0 && frequencyPenalty === 0) return;
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const [id, count] of counts) scores[id] = scores[id]! - count * frequencyPenalty - presencePenalty;
}
