import { InternVLError } from '@internvl/backend';
import { Answer } from './answer.js';
import { assertFits } from './context.js';
import { finish } from './generate.js';
import type { BatchEvent, TokenEvent } from './generate-event.js';
import type { ChoiceOptions, PrefillOptions } from './generate-options.js';
import type { LanguageModel } from './language-model.js';
import type { Prompt } from './prompt.js';
import { resolveChoice } from './sampling/choice.js';
import type { Sequence } from './sequence.js';
import type { SequenceBatch } from './sequence-batch.js';
import { checkPrompt } from './slots.js';

/** One prompt of a batch with options of its own; give rows seeds of their own to draw different answers. */
export interface BatchRow extends ChoiceOptions {
  readonly prompt: Prompt;
}

/** A row on its way. */
interface Lane {
  readonly row: number;
  readonly prompt: Prompt;
  readonly answer: Answer;
  readonly sequence: Sequence;
}

/**
 * Answers several prompts of any lengths: prefills them one after the other, then steps all rows together; a row
 * that is over leaves the batch. Each row gets the tokens that it would get alone. Events of the rows come mixed,
 * each with its `row`. Leaving the loop early frees all caches.
 *
 * @throws as `generate`; a fault of one row ends the whole call, what can be checked before any work is.
 */
export async function* generateBatch(
  model: LanguageModel,
  rows: readonly BatchRow[],
  options: PrefillOptions = {},
): AsyncGenerator<BatchEvent, void, undefined> {
  const lanes = openLanes(model, rows);
  try {
    for (const lane of lanes) yield* start(model, lane, options);
    yield* stepTogether(
      model,
      lanes.filter(({ answer }) => answer.finished === undefined),
      options,
    );
  } finally {
    for (const { sequence } of lanes) sequence.dispose();
  }
}

function openLanes(model: LanguageModel, rows: readonly BatchRow[]): readonly Lane[] {
  if (rows.length === 0) {
    throw new InternVLError('invalid-option', 'Expected at least one row, got none; pass prompts.', {
      option: 'rows',
    });
  }
  return rows.map((options, row) => {
    const { prompt } = options;
    const answer = new Answer(resolveChoice(options, model.spec.vocabulary), model.spec.vocabulary);
    assertFits(prompt.ids.length, 0, model.contextTokens);
    checkPrompt(prompt, model.spec);
    return { row, prompt, answer, sequence: model.sequence() };
  });
}

async function* start(
  model: LanguageModel,
  { row, prompt, answer, sequence }: Lane,
  options: PrefillOptions,
): AsyncGenerator<BatchEvent, void, undefined> {
  const chunks = model.prefillChunks(sequence, prompt, options);
  let next = await chunks.next();
  while (!next.done) {
    yield { ...next.value, row };
    next = await chunks.next();
  }
  if (answer.finished === undefined) {
    await answer.ready;
    const token = answer.next(next.value);
    if (sequence.length >= model.contextTokens) answer.fillContext();
    yield { ...token, row };
  }
  if (answer.finished !== undefined) {
    sequence.dispose();
    yield { ...finish(answer.ids, answer.finished, prompt), row };
  }
}

async function* stepTogether(
  model: LanguageModel,
  started: readonly Lane[],
  options: PrefillOptions,
): AsyncGenerator<BatchEvent, void, undefined> {
  let lanes = started;
  const batch = model.batch(lanes.map(({ sequence }) => sequence));
  for (const { sequence } of lanes) sequence.dispose();
  try {
    while (lanes.length > 0) {
      const choices = await step(model, batch, lanes, options);
      const staying: number[] = [];
      for (const [place, { row, prompt, answer }] of lanes.entries()) {
        await answer.ready;
        const token = choices[place]!();
        if (batch.lengths[place]! >= model.contextTokens) answer.fillContext();
        yield { ...token, row };
        if (answer.finished === undefined) staying.push(place);
        else yield { ...finish(answer.ids, answer.finished, prompt), row };
      }
      lanes = staying.map((place) => lanes[place]!);
      batch.select(staying);
    }
  } finally {
    batch.dispose();
  }
}

/** Runs the last token of each lane; what it returns chooses the next of each. */
async function step(
  model: LanguageModel,
  batch: SequenceBatch,
  lanes: readonly Lane[],
  options: PrefillOptions,
): Promise<readonly (() => TokenEvent)[]> {
  const ids = lanes.map(({ answer }) => answer.ids.at(-1)!);
  if (lanes.some(({ answer }) => answer.needsLogits) || !model.choosesGreedily) {
    const logits = await model.stepBatch(batch, ids, options);
    return lanes.map(
      ({ answer }, place) =>
        () =>
          answer.next(logits[place]!),
    );
  }
  const next = await model.stepBatchGreedily(batch, ids, options);
  return lanes.map(
    ({ answer }, place) =>
      () =>
        answer.take(next[place]!),
  );
}
