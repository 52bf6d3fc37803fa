import { expectTypeOf, test } from 'vitest';
import { inProcessQueue } from '../queue/in-process-queue.js';
import type { JobQueue } from '../queue/job-queue.js';
import type { Plan, TranslatePlan } from '../run/plan.js';
import { localTranslator } from './local-translator.js';
import { openaiTranslator } from './openai-translator.js';
import type { TranslationResult } from './translate-options.js';
import { translateSamples } from './translate-samples.js';
import type { CardCounts } from './translation-card.js';
import type { Translator } from './translator.js';

test('servers and local models are translators alike', () => {
  expectTypeOf(openaiTranslator).returns.toEqualTypeOf<Translator>();
  expectTypeOf(localTranslator).returns.toEqualTypeOf<Translator>();
});

test('results come one by one, counts in the end', () => {
  expectTypeOf(translateSamples).returns.toEqualTypeOf<AsyncGenerator<TranslationResult, CardCounts, void>>();
  expectTypeOf<Extract<TranslationResult, { type: 'copied' }>>().not.toHaveProperty('failures');
});

test('a task is told by its type', () => {
  expectTypeOf<Extract<Plan['task'], { type: 'translate' }>>().toEqualTypeOf<TranslatePlan>();
  expectTypeOf(inProcessQueue).returns.toEqualTypeOf<JobQueue>();
});
