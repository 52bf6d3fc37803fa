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

/** Ids from 0 on, none twice. */
const text = (length: number) => Array.from({ length }, (_, index) => index);

describe('guesses', () => {
  it('go on as the text did where its last three tokens stood last', () => {
    const lookup = new PromptLookup([1, 2, 3, 4, 5, 6, 1, 2, 3, 7, 8, 9, 10, 11]);
    expect(lookup.guess(9)).toEqual([]);
    for (const id of [1, 2, 3, 7, 8]) lookup.add(id);
    expect(lookup.guess(9)).toEqual([9]);
    for (let round = 0; round < 8; round++) for (const id of [9, 10, 11, 1, 2, 3, 7, 8]) lookup.add(id);
    expect(lookup.guess(9)).toEqual([9, 10, 11, 1, 2, 3, 7]);
    expect(lookup.guess(2)).toEqual([9, 10]);
    expect(lookup.guess(0)).toEqual([]);
    expect(lookup.guess(-1)).toEqual([]);
  });

  it('are never of slots, nor from behind them', () => {
    const sure = [...text(40), 77, 77, 77, ...text(3)];
    const lookup = new PromptLookup(sure, 77);
    for (const id of text(36).slice(3)) lookup.add(id);
    expect(lookup.guess(9)).toEqual([36, 37, 38, 39]);
    for (const id of [36, 37, 38, 39]) lookup.add(id);
    expect(lookup.guess(9)).toEqual([]);
    for (const id of [77, 77, 77]) lookup.add(id);
    expect(lookup.guess(9)).toEqual([]);
  });

  it('begin when two tokens would have been guessed, reach further while they would be, and end when not', () => {
    const lookup = new PromptLookup([...text(60), 0, 1, 2]);
    const reach = (id: number) => {
      lookup.add(id);
      return lookup.guess(20).length;
    };
    const copied = text(50)
      .slice(3)
      .map((id) => reach(id));
    expect(copied.slice(0, 2)).toEqual([0, 1]);
    expect(copied).toEqual([...copied].sort((one, other) => one - other));
    expect(copied.at(-1)).toBe(7);
    // Another end to each match: what was expected never comes.
    const other = [];
    for (let round = 0; round < 20; round++) {
      for (const id of text(3)) lookup.add(id);
      other.push(reach(1000 + round));
    }
    expect(lookup.guess(20)).toEqual([]);
    for (const id of text(3)) lookup.add(id);
    expect(lookup.guess(20)).toEqual([]);
  });
});

/** Runs and guessed tokens of a text that is told behind a prompt. */
function tellBehind(prompt: readonly number[], answer: readonly number[]) {
  const lookup = new PromptLookup(prompt);
  let [runs, guessed] = [0, 0];
  for (let at = 0; at < answer.length; runs++) {
    const guess = lookup.guess(answer.length - at - 1);
    guessed += guess.length;
    let right = 0;
    while (right < guess.length && guess[right] === answer[at + right]) right++;
    for (const id of answer.slice(at, at + right + 1)) lookup.add(id);
    at += right + 1;
  }
  return { runs, guessed };
}

describe('what guessing costs', () => {
  const random = seededRandom(23);
  const below = (count: number) => Math.floor(random() * count);
  const page = Array.from({ length: 600 }, () => below(5000));

  /** A copy of which a share is left out or is another. */
  const edited = (share: number) =>
    page.flatMap((id) => (random() >= share ? [id] : random() < 0.5 ? [] : [5000 + below(100)]));

  it.each([
    ['a copy', page, 0.25],
    ['a copy of which a token in thirty differs', edited(1 / 30), 0.45],
    ['a copy of which a token in ten differs', edited(1 / 10), 0.75],
  ])('%s takes far fewer runs than it has tokens', (_, answer, most) => {
    expect(tellBehind(page, answer).runs / answer.length).toBeLessThan(most);
  });

  it('a text that does not copy has next to no guess, however often its beginnings are those of the page', () => {
    // Three tokens of the page, then others: every match is a trap.
    const traps = Array.from({ length: 200 }, () => {
      const at = below(590);
      return [...page.slice(at, at + 3), 6000 + below(50)];
    }).flat();
    const { runs, guessed } = tellBehind(page, traps);
    expect(guessed).toBeLessThan(traps.length / 50);
    expect(runs).toBeGreaterThan(traps.length * 0.99);
    const fresh = Array.from({ length: 800 }, () => below(5000));
    expect(tellBehind(page, fresh)).toEqual({ runs: 800, guessed: 0 });
  });

  it('never much, even where a guess is half as dear as a run: texts of few tokens, which match by chance', () => {
    for (let tokens = 2; tokens < 12; tokens++) {
      const told = Array.from({ length: 600 }, () => below(tokens));
      const { runs, guessed } = tellBehind(page, told);
      expect(runs + guessed / 2).toBeLessThan(told.length * 1.02);
    }
  });

  it('begins anew where a text comes to copy again', () => {
    const between = Array.from({ length: 300 }, () => below(5000));
    const { runs } = tellBehind(page, [...page.slice(0, 200), ...between, ...page.slice(200, 400)]);
    expect(runs).toBeLessThan(300 + 0.4 * 400);
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
