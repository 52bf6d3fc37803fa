import { Answer } from './answer.js';
import { generateBeams } from './beam/generate-beams.js';
import type { FinishEvent, GenerateEvent, TokenEvent } from './generate-event.js';
import type { GenerateOptions, PrefillOptions } from './generate-options.js';
import type { LanguageModel } from './language-model.js';
import type { Prompt } from './prompt.js';
import { resolveChoice } from './sampling/choice.js';
import type { Sequence } from './sequence.js';

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
  const answer = new Answer(resolveChoice(options, model.spec.vocabulary), model.spec.vocabulary);
  const sequence = options.sequence ?? model.sequence();
  const release = sequence.occupy();
  try {
    const logits = yield* model.prefillChunks(sequence, prompt, options);
    let choose = () => answer.next(logits);
    while (answer.finished === undefined) {
      await answer.ready;
      const token = choose();
      if (sequence.length >= model.contextTokens) answer.fillContext();
      yield token;
      if (answer.finished === undefined) choose = await step(model, sequence, answer, token.id, options);
    }
    yield finish(answer.ids, answer.finished, prompt);
  } finally {
    release();
    if (options.sequence === undefined) sequence.dispose();
  }
}

/** Runs a token; what it returns chooses the next. */
async function step(
  model: LanguageModel,
  sequence: Sequence,
  answer: Answer,
  id: number,
  options: PrefillOptions,
): Promise<() => TokenEvent> {
  if (answer.needsLogits || !model.choosesGreedily) {
    const logits = await model.stepOccupied(sequence, id, options);
    return () => answer.next(logits);
  }
  const next = await model.stepGreedily(sequence, id, options);
  return () => answer.take(next);
}

/** The event that ends an answer. */
export function finish(ids: readonly number[], reason: FinishEvent['reason'], prompt: Prompt): FinishEvent {
  return { type: 'finish', reason, ids, promptTokens: prompt.ids.length };
}
