import { Answer } from './answer.js';
import { generateBeams } from './beam/generate-beams.js';
import type { FinishEvent, GenerateEvent } from './generate-event.js';
import type { GenerateOptions } from './generate-options.js';
import type { LanguageModel } from './language-model.js';
import type { Prompt } from './prompt.js';
import { resolveChoice } from './sampling/choice.js';

/**
 * Answers a prompt token by token: yields prefill progress, each new token, and at last why it ended. Greedy unless
 * options say otherwise. Leaving the loop early frees the cache.
 *
 * @throws before any work: `invalid-option`, `context-overflow`, `images-exceed-slots`, `slots-exceed-images`,
 *   `shape-mismatch`, `sequence-busy`, `sequence-disposed`; later `logits-not-finite`; `signal.reason` on abort.
 */
export async function* generate(
  model: LanguageModel,
  prompt: Prompt,
  options: GenerateOptions = {},
): AsyncGenerator<GenerateEvent, void, undefined> {
  if (options.beams) {
    yield* generateBeams(model, prompt, options, options.beams);
    return;
  }
  const answer = new Answer(resolveChoice(options, model.spec.vocabulary));
  const sequence = options.sequence ?? model.sequence();
  const release = sequence.occupy();
  try {
    let logits = yield* model.prefillChunks(sequence, prompt, options);
    while (answer.finished === undefined) {
      const token = answer.next(logits);
      if (sequence.length >= model.contextTokens) answer.fillContext();
      yield token;
      if (answer.finished === undefined) logits = await model.stepOccupied(sequence, token.id, options);
    }
    yield finish(answer.ids, answer.finished, prompt);
  } finally {
    release();
    if (options.sequence === undefined) sequence.dispose();
  }
}

/** The event that ends an answer. */
export function finish(ids: readonly number[], reason: FinishEvent['reason'], prompt: Prompt): FinishEvent {
  return { type: 'finish', reason, ids, promptTokens: prompt.ids.length };
}
