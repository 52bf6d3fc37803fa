import { basename } from 'node:path';
import type { Backend } from '@internvl/backend';
import { readRange } from '@internvl/backend/node';
import { referenceBackend } from '@internvl/backend/reference';
import { nodeBackend } from '@internvl/backend-node';
import { nativeBackend } from '@internvl/backend-node/native';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generate } from '../generate.js';
import type { LanguageModel } from '../language-model.js';
import { largest } from '../sampling/largest.js';
import { seededRandom } from '../sampling/seeded-random.js';
import { goldenModel } from '../testing/golden-model.js';
import { goldenPenaltyIds, goldenPrompts } from '../testing/golden-prompt.js';
import { fixtures, goldenRuns, readRecord, readTensors } from '../testing/golden-records.js';
import type { TokenConstraint } from '../token-constraint.js';
import type { RunningEvent } from './lane.js';
import { RunningBatch } from './running-batch.js';
import type { RunningOptions } from './running-options.js';

const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

suite(`${fixtures}mini-2b`, 'onnxruntime', () => nodeBackend({ device: 'cpu', threads: 1 }));
suite(`${fixtures}v2-1b`, 'onnxruntime', () => nodeBackend({ device: 'cpu', threads: 1 }));
suite(`${fixtures}mini-4b`, 'onnxruntime', () => nodeBackend({ device: 'cpu', threads: 1 }));
suite(`${fixtures}mini-2b`, 'onnxruntime, the cache in place', () => nativeBackend({ threads: 1 }));
suite(`${fixtures}mini-2b`, 'the reference backend', async () => referenceBackend({ readRange }));

/** Most that a logit of an answer beside others may differ from that of the same answer alone; float32 explains it. */
const tolerance = 1e-4;

/** The recorded runs of a checkpoint, all at the same time, beside sampled ones and others that go away. */
function suite(folder: string, name: string, backend: () => Promise<Backend>): void {
  describe(`${basename(folder)} on ${name}`, () => {
    let golden: { readonly model: LanguageModel; close(): Promise<void> };
    beforeAll(async () => {
      golden = await goldenModel(folder, await backend());
    });
    afterAll(() => golden?.close());

    test.each([1, 2])('answers that run together are those recorded, seed %i', async (seed) => {
      const { model } = golden;
      const random = seededRandom(seed);
      const batch = new RunningBatch(model, { parallelAnswers: 5, pause });
      const questions = recorded(folder, model.spec.hidden);
      const answers = questions.map(({ prompt, options, ids }) => ({
        prompt,
        options,
        expected: async () => ids,
      }));
      for (const { prompt, options } of questions.slice(0, 3)) {
        const sampled = { ...options, temperature: 0.9, topK: 20, seed: Math.floor(random() * 1000) };
        answers.push({ prompt, options: sampled, expected: () => alone(model, prompt, sampled) });
      }
      const leavers = questions.map(({ prompt, options }) => leave(batch, prompt, options, random));
      const found = await Promise.all(
        answers.map(async ({ prompt, options }) => {
          for (let turn = Math.floor(random() * 200); turn > 0; turn--) await pause();
          return idsOf(batch.generate(prompt, { ...options, chunkTokens: 50 + Math.floor(random() * 200) }));
        }),
      );
      await Promise.all(leavers);
      for (const [index, { expected }] of answers.entries()) expect(found[index]).toEqual(await expected());
      await batch.close();
      expect(batch.load).toEqual({ running: 0, waiting: 0 });
    });

    test('answers that guess ahead are those recorded', async () => {
      const batch = new RunningBatch(golden.model, { prefixCacheBytes: 0 });
      for (const { prompt, options, ids } of recorded(folder, golden.model.spec.hidden)) {
        const found: number[] = [];
        // Twice as far as recorded, for there to be more to guess from.
        const longer = { ...options, maxNewTokens: 3 * options.maxNewTokens };
        for await (const event of batch.generate(prompt, longer)) {
          if (event.type === 'token') found.push(event.id);
        }
        expect(found.slice(0, ids.length)).toEqual(ids);
        expect(found).toEqual(await alone(golden.model, prompt, longer));
      }
      await batch.close();
    });

    test('logits of several guessed tokens are those of one at a time but for rounding', async () => {
      const { model } = golden;
      const { prompt } = recorded(folder, model.spec.hidden).find(({ prompt: { ids } }) => ids.length > 30)!;
      const page = Array.from(prompt.ids)
        .filter((id) => id !== prompt.slotId)
        .slice(-30);
      const copy = async (promptLookup: boolean) => {
        const batch = new RunningBatch(model, { promptLookup });
        const steps: Float32Array[] = [];
        let guessed = 0;
        const events = batch.generate(prompt, {
          maxNewTokens: 25,
          constraint: () => copying(page),
          onScores: ({ logits }) => steps.push(logits.slice()),
        });
        for await (const event of events) if (event.type === 'token' && event.guessed) guessed++;
        await batch.close();
        return { steps, guessed };
      };
      const plain = await copy(false);
      const ahead = await copy(true);
      expect(plain.guessed).toBe(0);
      expect(ahead.guessed).toBeGreaterThan(8);
      expect(ahead.steps).toHaveLength(25);
      for (const [step, logits] of ahead.steps.entries()) {
        const error = logits.reduce((most, value, id) => {
          return Math.max(most, Math.abs(value - plain.steps[step]![id]!));
        }, 0);
        expect(error).toBeLessThan(tolerance);
      }
    });

    test('logits beside others are those alone but for rounding, far below what separates the two best', async () => {
      const { model } = golden;
      const steps = new Map<string, Float32Array>();
      const questions = recorded(folder, model.spec.hidden);
      for (const [index, { prompt, options }] of questions.entries()) {
        await alone(model, prompt, {
          ...options,
          onScores: ({ index: step, logits }) => steps.set(`${index}.${step}`, logits.slice()),
        });
      }
      let difference = 0;
      let gap = Number.POSITIVE_INFINITY;
      const batch = new RunningBatch(model, { pause });
      await Promise.all(
        questions.map(({ prompt, options }, index) =>
          idsOf(
            batch.generate(prompt, {
              ...options,
              onScores({ index: step, logits, scores }) {
                const before = steps.get(`${index}.${step}`)!;
                for (const [id, logit] of logits.entries()) {
                  difference = Math.max(difference, Math.abs(logit - before[id]!));
                }
                const [best, second] = largest(scores, 2);
                gap = Math.min(gap, scores[best!]! - scores[second!]!);
              },
            }),
          ),
        ),
      );
      await batch.close();
      expect(difference).toBeLessThan(tolerance);
      expect(gap).toBeGreaterThan(2 * difference);
    });
  });
}

function recorded(folder: string, hidden: number) {
  return goldenRuns(folder).flatMap((run) => {
    const record = readRecord(folder, run);
    if (record.how === 'vision') return [];
    const prompts = goldenPrompts(record, readTensors(folder, run).get('visual_tokens'), hidden);
    const options = {
      maxNewTokens: record.generation.max_new_tokens,
      stopIds: [record.end_token_id],
      repetitionPenalty: record.generation.repetition_penalty,
      penaltyIds: goldenPenaltyIds(folder, record),
    };
    const rows = record.rows ?? [record];
    return prompts.map((prompt, row) => ({ prompt, options, ids: rows[row]!.ids }));
  });
}

async function idsOf(events: AsyncIterable<RunningEvent>): Promise<readonly number[]> {
  for await (const event of events) if (event.type === 'finish') return event.ids;
  throw new Error('no end');
}

const alone = (model: LanguageModel, prompt: Parameters<typeof generate>[1], options: RunningOptions) =>
  idsOf(generate(model, prompt, options));

/** Lets an answer be nothing but a page. */
function copying(page: readonly number[]): TokenConstraint {
  let at = 0;
  return {
    mask(scores) {
      const id = page[at]!;
      const score = scores[id]!;
      scores.fill(Number.NEGATIVE_INFINITY);
      scores[id] = score;
    },
    accept() {
      at++;
    },
    get done() {
      return at === page.length;
    },
  };
}

/** Asks and goes away after a few tokens. */
async function leave(
  batch: RunningBatch,
  prompt: Parameters<typeof generate>[1],
  options: RunningOptions,
  random: () => number,
): Promise<void> {
  const tokens = Math.floor(random() * 5);
  let read = 0;
  for await (const { type } of batch.generate(prompt, options)) {
    if (type === 'token' && ++read > tokens) return;
  }
}
