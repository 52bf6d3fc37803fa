import type { BeamOptions, GenerateOptions } from '../generate-options.js';
import type { LanguageModel } from '../language-model.js';
import type { Prompt } from '../prompt.js';
import type { Beam } from './beam.js';
import { searchBeams } from './search-beams.js';

/**
 * Answers a prompt by beam search and gives all finished beams, best first, as transformers'
 * `generate(num_beams=…, num_return_sequences=num_beams)` does.
 *
 * @throws as `generate`, and `invalid-option` together with `temperature`, `logprobs` or `onScores`.
 */
export async function beamSearch(
  model: LanguageModel,
  prompt: Prompt,
  options: GenerateOptions & { readonly beams: BeamOptions },
): Promise<readonly Beam[]> {
  const search = searchBeams(model, prompt, options, options.beams);
  let next = await search.next();
  while (!next.done) next = await search.next();
  return next.value;
}
