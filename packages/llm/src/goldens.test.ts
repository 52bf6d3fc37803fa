import { basename } from 'node:path';
import type { Backend } from '@internvl/backend';
import { readRange } from '@internvl/backend/node';
import { referenceBackend } from '@internvl/backend/reference';
import { nodeBackend } from '@internvl/backend-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generate } from './generate.js';
import { type BatchRow, generateBatch } from './generate-batch.js';
import type { GenerateEvent } from './generate-event.js';
import type { LanguageModel } from './language-model.js';
import { goldenModel } from './testing/golden-model.js';
import { goldenPenaltyIds, goldenPrompts } from './testing/golden-prompt.js';
import {
  fixtures,
  goldenCases,
  goldenRuns,
  readRecord,
  readTensors,
  sharedGoldens,
} from './testing/golden-records.js';

/** Largest absolute difference of logits that float32 explains; logits have a standard deviation of about 4. */
const tolerance = 5e-4;

describe('fixtures', () => {
  for (const folder of goldenCases(fixtures)) suite(folder, cpu);
});

describe('fixtures on the reference backend, cache in place', () => {
  for (const name of ['mini-2b', 'mini-4b'])
    suite(`${fixtures}${name}`, async () => referenceBackend({ readRange }));
});

describe.runIf(sharedGoldens)('the full set', () => {
  for (const folder of sharedGoldens ? goldenCases(sharedGoldens) : []) suite(folder, cpu);
});

function cpu(): Promise<Backend> {
  return nodeBackend({ device: 'cpu', threads: 1 });
}

function suite(folder: string, backend: () => Promise<Backend>): void {
  describe(basename(folder), () => {
    let golden: { readonly model: LanguageModel; close(): Promise<void> };
    beforeAll(async () => {
      golden = await goldenModel(folder, await backend());
    });
    afterAll(() => golden.close());
    test.each(goldenRuns(folder))('%s', (run) => check(folder, run, golden.model));
  });
}

/** Runs the prompts of a record alone, in small chunks, and several also as a batch. */
async function check(folder: string, run: string, model: LanguageModel): Promise<void> {
  const record = readRecord(folder, run);
  const tensors = readTensors(folder, run);
  const prompts = goldenPrompts(record, tensors.get('visual_tokens'), model.spec.hidden);
  const expected = record.rows ?? [record];
  // Native records of pictures hold visual tokens of a second run, with another resize: close, but not these logits.
  const comparable = !record.torchvision_backend;
  const rows = prompts.map((prompt, index): BatchRow => {
    const suffix = record.rows ? `.${index}` : '';
    return {
      prompt,
      maxNewTokens: record.generation.max_new_tokens,
      stopIds: [record.end_token_id],
      repetitionPenalty: record.generation.repetition_penalty,
      penaltyIds: goldenPenaltyIds(folder, record),
      onScores({ index: step, logits, scores }) {
        const name = { 0: 'first', 7: 'eighth' }[step];
        if (!name || !comparable) return;
        expectClose(logits, tensors.get(`logits.${name}${suffix}`));
        expectClose(scores, tensors.get(`scores.${name}${suffix}`));
      },
    };
  });
  const outcomes = expected.map(({ ids, finish }) => ({ ids, reason: finish }));
  for (const [index, { prompt, ...options }] of rows.entries()) {
    const [end] = await finishes(generate(model, prompt, { ...options, chunkTokens: 100 }));
    expect(end).toMatchObject(outcomes[index]!);
  }
  if (!record.rows) return;
  const ends = await finishes(generateBatch(model, rows));
  expect(ends.sort((one, other) => one.row - other.row)).toMatchObject(outcomes);
}

async function finishes<Event extends GenerateEvent>(
  events: AsyncIterable<Event>,
): Promise<Extract<Event, { type: 'finish' }>[]> {
  const found: Extract<Event, { type: 'finish' }>[] = [];
  for await (const event of events) if (isFinish(event)) found.push(event);
  return found;
}

function isFinish<Event extends GenerateEvent>(event: Event): event is Extract<Event, { type: 'finish' }> {
  return event.type === 'finish';
}

function expectClose(actual: Float32Array, recorded: Float32Array | undefined): void {
  if (!recorded) return;
  expect(actual.length).toBe(recorded.length);
  const error = recorded.reduce((most, value, index) => Math.max(most, Math.abs(value - actual[index]!)), 0);
  expect(error).toBeLessThan(tolerance);
}
