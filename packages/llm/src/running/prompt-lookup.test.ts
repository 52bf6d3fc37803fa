import { describe, expect, it } from 'vitest';
import { LanguageModel } from '../language-model.js';
import type { Prompt } from '../prompt.js';
import { seededRandom } from '../sampling/seeded-random.js';
import { FakeDevice } from '../testing/fake-device.js';
import { type TinyModel, tinyModel, tinySpec } from '../testing/tiny-model.js';
import type { RunningEvent } from './lane.js';
import { PromptLookup } from './prompt-lookup.js';
import { RunningBatch } from './running-batch.js';
import type { RunningOptions } from './running-options.js';

describe('guesses', () => {
  it('go on as the text did where its last three tokens stood last', () => {
    const lookup = new PromptLookup([1, 2, 3, 4, 5, 6, 1, 2, 3, 7, 8, 9]);
    expect(lookup.guess(9)).toEqual([]);
    for (const id of [1, 2, 3]) lookup.add(id);
    expect(lookup.guess(9)).toEqual([7, 8, 9]);
    expect(lookup.guess(2)).toEqual([7, 8]);
    expect(lookup.guess(0)).toEqual([]);
  });

  it('are never of slots, nor from behind them', () => {
    const lookup = new PromptLookup([1, 2, 3, 9, 9, 9, 9, 9, 4], 9);
    for (const id of [1, 2, 3]) lookup.add(id);
    expect(lookup.guess(5)).toEqual([]);
    for (const id of [9, 9, 9]) lookup.add(id);
    expect(lookup.guess(5)).toEqual([]);
  });

  it('grow longer while they are right, shorter and rarer while they are not', () => {
    const text = Array.from({ length: 40 }, (_, index) => index);
    const lookup = new PromptLookup([...text, 0, 1, 2]);
    expect(lookup.guess(20)).toHaveLength(3);
    for (let round = 0; round < 3; round++) lookup.learn(3, 3);
    expect(lookup.guess(20)).toHaveLength(7);
    for (let round = 0; round < 3; round++) lookup.learn(7, 0);
    expect(lookup.guess(20)).toHaveLength(1);
    lookup.learn(1, 0);
    expect(lookup.guess(20)).toEqual([]);
    for (let id = 3; id < 10; id++) lookup.add(id);
    expect(lookup.guess(20)).toEqual([]);
    lookup.add(10);
    expect(lookup.guess(20)).toEqual([11]);
    // The next silence is longer.
    lookup.learn(1, 0);
    for (let id = 11; id < 26; id++) lookup.add(id);
    expect(lookup.guess(20)).toEqual([]);
    lookup.add(26);
    expect(lookup.guess(20)).toEqual([27]);
  });
});

interface Told {
  readonly ids: readonly number[];
  readonly reason: string;
  readonly logprobs: readonly (number | undefined)[];
  readonly guessed: number;
  readonly runs: number;
}

/** A model that tends to repeat itself, because the choice of its next token is among few. */
async function tell(
  tiny: TinyModel,
  prompt: Prompt,
  options: RunningOptions,
  promptLookup: boolean,
): Promise<Told> {
  const batch = new RunningBatch(new LanguageModel(tiny), { promptLookup });
  const events: RunningEvent[] = [];
  for await (const event of batch.generate(prompt, options)) events.push(event);
  const tokens = events.filter((event) => event.type === 'token');
  const end = events.at(-1);
  if (end?.type !== 'finish') throw new Error('no end');
  expect(end.ids).toEqual(tokens.map(({ id }) => id));
  return {
    ids: end.ids,
    reason: end.reason,
    logprobs: tokens.map(({ logprob }) => logprob),
    guessed: tokens.filter(({ guessed }) => guessed).length,
    runs: tiny.runs.length,
  };
}

const kinds = {
  'new rows returned': () => tinyModel(),
  'greedy ids, in place': () => tinyModel({ writesInto: true, choosesGreedily: true }),
  'greedy ids, on a device': () =>
    tinyModel({ writesInto: true, device: new FakeDevice(), choosesGreedily: true }),
  'rotations that change on the way': () =>
    tinyModel({
      spec: { ...tinySpec, rope: { type: 'dynamic', theta: 10000, factor: 2, maxPositions: 40 } },
      choosesGreedily: true,
    }),
};

describe.each(Object.entries(kinds))('%s', (_, build) => {
  it('ids are the same with and without guessing', async () => {
    const random = seededRandom(11);
    const below = (count: number) => Math.floor(random() * count);
    let guessed = 0;
    let saved = 0;
    for (let round = 0; round < 30; round++) {
      const few = Array.from({ length: 2 + below(4) }, () => below(38));
      const ids = Array.from({ length: 8 + below(16) }, () => few[below(few.length)]!);
      const sampled = below(2) === 0;
      const options: RunningOptions = {
        maxNewTokens: 1 + below(45),
        ...(sampled && { temperature: 0.3 + random(), topK: 2, seed: below(1000) }),
        ...(below(4) === 0 && { repetitionPenalty: 1.1 }),
        ...(below(4) === 0 && { logprobs: 0 }),
        ...(below(4) === 0 && { stopIds: [below(40)], minNewTokens: below(8) }),
        ...(below(4) === 0 && { stopWhen: ({ length }: readonly number[]) => length === 21 }),
      };
      const plain = await tell(build(), { ids }, options, false);
      const ahead = await tell(build(), { ids }, options, true);
      expect(ahead.ids).toEqual(plain.ids);
      expect(ahead.reason).toBe(plain.reason);
      for (const [index, logprob] of ahead.logprobs.entries()) {
        if (logprob !== undefined) expect(logprob).toBeCloseTo(plain.logprobs[index]!, 4);
      }
      expect(plain.guessed).toBe(0);
      guessed += ahead.guessed;
      saved += plain.runs - ahead.runs;
    }
    expect(guessed).toBeGreaterThan(20);
    // Every right guess is a run less, but for one in an answer that ended with it.
    expect(saved).toBeGreaterThan(0.7 * guessed);
  });
});

it('the cache that is kept holds nothing of wrong guesses', async () => {
  const model = new LanguageModel(tinyModel());
  const batch = new RunningBatch(model);
  const random = seededRandom(5);
  for (let round = 0; round < 10; round++) {
    const ids = Array.from({ length: 20 }, () => Math.floor(random() * 3));
    const said: number[] = [];
    for await (const event of batch.generate(
      { ids },
      { maxNewTokens: 20, temperature: 0.8, topK: 2, seed: round },
    )) {
      if (event.type === 'token') said.push(event.id);
    }
    const next = { ids: [...ids, ...said, 5] };
    let found: readonly number[] = [];
    let cachedTokens = 0;
    for await (const event of batch.generate(next, { maxNewTokens: 8 })) {
      if (event.type === 'started') cachedTokens = event.cachedTokens;
      if (event.type === 'finish') found = event.ids;
    }
    expect(cachedTokens).toBeGreaterThanOrEqual(39);
    expect(found).toEqual((await tell(tinyModel(), next, { maxNewTokens: 8 }, false)).ids);
  }
});
