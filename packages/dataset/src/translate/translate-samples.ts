import type { Sample } from '../sample/sample.js';
import { orderedMap } from './ordered-map.js';
import type { TranslateOptions, TranslationResult } from './translate-options.js';
import type { CardCounts, CardFacts } from './translation-card.js';
import { TranslationRun } from './translation-run.js';

/**
 * Translates conversations: one call for one sample, protected spans out of reach, every answer checked, failures told
 * to the model and asked again, then quarantined with their reasons. Results come in order of the samples, each exactly
 * once. Everything a model said is in the call log first, so the same call after a kill goes on for free.
 *
 * @returns what `translationCard` makes a card of, when the stream ends
 * @throws `invalid-option`, `budget-exhausted`, `endpoint-busy`, `endpoint-failed`, `endpoint-fatal`; errors of the log;
 *   `signal.reason` when aborted. Calls under way are awaited and logged before an error leaves.
 */
export async function* translateSamples(
  samples: AsyncIterable<Sample>,
  options: TranslateOptions,
): AsyncGenerator<TranslationResult, CardCounts, void> {
  const { onProgress, concurrency = 16, translator } = options;
  const run = new TranslationRun(options);
  const most = Math.max(1, Math.min(concurrency, translator.concurrency ?? concurrency));
  await run.countEarlierCalls();
  const results = orderedMap(samples, (sample, index) => run.translate(sample, index), {
    window: most * 4,
    onFailure: (reason) => run.stop(reason),
    onLeave: () => run.abort(),
  });
  let done = 0;
  for await (const settle of results) {
    const result = settle();
    yield result;
    done++;
    onProgress?.(run.progress(done));
  }
  return run.counter.counts();
}

/** What the card of a translation with these options says of it besides counts. */
export function cardFacts({
  translator,
  from = 'en',
  to,
  names = 'keep',
  glossary = {},
}: Pick<TranslateOptions, 'translator' | 'from' | 'to' | 'names' | 'glossary'>): CardFacts {
  return { translator: translator.id, from, to, names, glossaryTerms: Object.keys(glossary).length };
}
