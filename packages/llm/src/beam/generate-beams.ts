import type { GenerateEvent } from '../generate-event.js';
import type { BeamOptions, GenerateOptions } from '../generate-options.js';
import type { LanguageModel } from '../language-model.js';
import type { Prompt } from '../prompt.js';
import { searchBeams } from './search-beams.js';

/** Beam search as events: prefill progress, then the tokens of the best beam at once, then the end. */
export async function* generateBeams(
  model: LanguageModel,
  prompt: Prompt,
  options: GenerateOptions,
  beams: BeamOptions,
): AsyncGenerator<GenerateEvent, void, undefined> {
  const [best] = yield* searchBeams(model, prompt, options, beams);
  const { ids, reason } = best!;
  for (const [index, id] of ids.entries()) {
    yield { type: 'token', id, index, stop: reason === 'stop' && index === ids.length - 1 };
  }
  yield { type: 'finish', reason, ids, promptTokens: prompt.ids.length };
}
