import { InternVLError } from '@internvl/backend';
import type { PrefillProgressEvent } from '../generate-event.js';
import type { BeamOptions, GenerateOptions } from '../generate-options.js';
import type { LanguageModel } from '../language-model.js';
import type { Prompt } from '../prompt.js';
import { type Choice, resolveChoice } from '../sampling/choice.js';
import type { Beam } from './beam.js';
import { type BeamRules, BeamState } from './beam-state.js';

/** The search itself: yields prefill progress and returns the finished beams, best first. */
export async function* searchBeams(
  model: LanguageModel,
  prompt: Prompt,
  options: GenerateOptions,
  beams: BeamOptions,
): AsyncGenerator<PrefillProgressEvent, readonly Beam[], undefined> {
  const choice = resolveChoice(options, model.spec.vocabulary);
  assertDeterministic(options);
  const sequence = options.sequence ?? model.sequence();
  const release = sequence.occupy();
  try {
    const room = model.contextTokens - sequence.length - prompt.ids.length + 1;
    const rules = resolveRules(beams, choice, room, model.spec.vocabulary);
    const first = yield* model.prefillChunks(sequence, prompt, options);
    if (choice.maxNewTokens === 0) return [{ ids: [], score: 0, reason: 'length' }];
    const state = new BeamState(choice, rules);
    const batch = model.batch([sequence]);
    if (options.sequence === undefined) sequence.dispose();
    try {
      let parents = state.advance([first]);
      while (parents !== undefined) {
        batch.select(parents);
        parents = state.advance(await model.stepBatch(batch, state.lastIds, options));
      }
    } finally {
      batch.dispose();
    }
    return state.finished;
  } finally {
    release();
    if (options.sequence === undefined) sequence.dispose();
  }
}

function resolveRules(
  { count, lengthPenalty = 1, earlyStopping = false }: BeamOptions,
  { maxNewTokens, stopIds }: Choice,
  room: number,
  vocabulary: number,
): BeamRules {
  const most = Math.floor(vocabulary / Math.max(2, 1 + stopIds.size));
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new InternVLError('invalid-option', `Expected beams.count of 1 to ${most}, got ${count}.`, {
      option: 'beams.count',
      value: count,
    });
  }
  if (!Number.isFinite(lengthPenalty)) {
    throw new InternVLError(
      'invalid-option',
      `Expected beams.lengthPenalty to be a finite number, got ${lengthPenalty}; leave it out for 1.`,
      { option: 'beams.lengthPenalty', value: lengthPenalty },
    );
  }
  const maxLength = Math.min(maxNewTokens, room);
  return {
    count,
    lengthPenalty,
    earlyStopping,
    maxLength,
    atMaxLength: maxLength < maxNewTokens ? 'context' : 'length',
  };
}

function assertDeterministic({ temperature = 0, logprobs, onScores, constraint }: GenerateOptions): void {
  const refused =
    temperature !== 0
      ? 'temperature'
      : logprobs !== undefined
        ? 'logprobs'
        : onScores !== undefined
          ? 'onScores'
          : constraint !== undefined
            ? 'constraint'
            : undefined;
  if (refused === undefined) return;
  throw new InternVLError(
    'invalid-option',
    `Expected no ${refused} together with beams, got one; beam search neither samples, nor reports single steps, nor takes constraints: leave one of them out.`,
    { option: refused },
  );
}
