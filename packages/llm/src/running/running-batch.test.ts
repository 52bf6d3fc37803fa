import { hostTensor } from '@internvl/backend';
import { describe, expect, it } from 'vitest';
import { generate } from '../generate.js';
import { LanguageModel } from '../language-model.js';
import type { Prompt } from '../prompt.js';
import { seededRandom } from '../sampling/seeded-random.js';
import { FakeDevice } from '../testing/fake-device.js';
import { tinyModel, tinySpec } from '../testing/tiny-model.js';
import type { TokenConstraint } from '../token-constraint.js';
import type { RunningEvent } from './lane.js';
import { RunningBatch } from './running-batch.js';
import type { RunningBatchOptions, RunningOptions } from './running-options.js';

const SLOT = 39;
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await pause();
}

/** What one caller asks, when, and when it leaves. */
interface Call {
  readonly prompt: Prompt;
  readonly options: RunningOptions;
  /** Turns of the event loop before it comes, and before each event it reads. */
  readonly delay: number;
  readonly slowness: number;
  /** Tokens after which it leaves, by break or by its signal. */
  readonly leaves?: { readonly after: number; readonly how: 'break' | 'abort' };
}

interface Outcome {
  ids: readonly number[];
  cachedTokens: number;
  finished: boolean;
}

async function make(
  batch: RunningBatch,
  { prompt, options, delay, slowness, leaves }: Call,
): Promise<Outcome> {
  const wait = async (turns: number) => {
    for (let turn = 0; turn < turns; turn++) await pause();
  };
  await wait(delay);
  const outcome: Outcome = { ids: [], cachedTokens: 0, finished: false };
  const controller = new AbortController();
  try {
    for await (const event of batch.generate(prompt, { ...options, signal: controller.signal })) {
      await wait(slowness);
      if (event.type === 'started') outcome.cachedTokens = event.cachedTokens;
      if (event.type === 'finish') {
        expect(event.ids).toEqual(outcome.ids);
        outcome.finished = true;
      }
      if (event.type !== 'token') continue;
      outcome.ids = [...outcome.ids, event.id];
      if (leaves?.after !== outcome.ids.length) continue;
      if (leaves.how === 'break') break;
      controller.abort('gone');
    }
  } catch (error) {
    if (error !== 'gone') throw error;
  }
  return outcome;
}

async function alone(model: LanguageModel, prompt: Prompt, options: RunningOptions) {
  let ids: readonly number[] = [];
  const { visualNames, hold, ...own } = options;
  for await (const event of generate(model, prompt, own)) if (event.type === 'finish') ids = event.ids;
  return ids;
}

/** Images of which two look alike in their slots but are not. */
const images = [0, 1, 2].map((image) => {
  const random = seededRandom(100 + image);
  const data = Float32Array.from({ length: 3 * tinySpec.hidden }, () => random() - 0.5);
  return hostTensor('float32', data, [3, tinySpec.hidden]);
});

/** Lets even and odd ids come in turns. */
function alternating(): TokenConstraint {
  let tokens = 0;
  return {
    mask(scores) {
      for (let id = tokens % 2; id < scores.length; id += 2) scores[id] = Number.NEGATIVE_INFINITY;
    },
    accept() {
      tokens++;
    },
    done: false,
  };
}

/** A random caller; beginnings repeat, so that caches are of use. */
function randomCall(random: () => number): Call {
  const below = (count: number) => Math.floor(random() * count);
  const ids: number[] = [];
  const visualTokens = [];
  const visualNames: (string | undefined)[] = [];
  const beginning = seededRandom(below(3));
  for (let index = 0; index < 18; index++) ids.push(Math.floor(beginning() * 38));
  if (below(2) === 0) {
    const image = below(images.length);
    // A copy of the tensor under the same name, or the very tensor without one.
    const named = below(2) === 0;
    visualTokens.push(named ? { ...images[image]!, data: images[image]!.data.slice() } : images[image]!);
    visualNames.push(named ? `image ${image}` : undefined);
    ids.push(SLOT, SLOT, SLOT);
  }
  for (let index = below(12); index >= 0; index--) ids.push(below(38));
  const sampled = below(2) === 0;
  return {
    prompt: { ids, slotId: SLOT, visualTokens },
    options: {
      visualNames,
      maxNewTokens: 1 + below(24),
      chunkTokens: 1 + below(12),
      stopIds: below(3) === 0 ? [below(40)] : [],
      ...(sampled && { temperature: 1.3, topK: 12, seed: below(1000) }),
      ...(below(4) === 0 && { repetitionPenalty: 1.3, penaltyIds: ids }),
      ...(below(4) === 0 && { presencePenalty: 0.4 }),
      ...(below(5) === 0 && { logprobs: 2 }),
      ...(below(4) === 0 && { constraint: alternating }),
      ...(below(5) === 0 && { stopWhen: (all: readonly number[]) => all.length === 5 }),
    },
    delay: below(30),
    slowness: below(3),
    ...(below(4) === 0 && {
      leaves: { after: 1 + below(6), how: below(2) === 0 ? ('break' as const) : ('abort' as const) },
    }),
  };
}

const kinds = {
  'new rows returned': () => tinyModel(),
  'new rows returned, greedy ids': () => tinyModel({ choosesGreedily: true }),
  'in place': () => tinyModel({ writesInto: true, choosesGreedily: true }),
  'on a device': () => tinyModel({ writesInto: true, device: new FakeDevice(), choosesGreedily: true }),
};

describe.each(Object.entries(kinds))('%s', (_, build) => {
  it.each([1, 2, 3, 4])('random callers get what they would get alone, seed %i', async (seed) => {
    const random = seededRandom(seed);
    const tiny = build();
    const model = new LanguageModel(tiny);
    const limits: RunningBatchOptions = {
      parallelAnswers: 1 + Math.floor(random() * 5),
      ...(seed % 2 === 0 && { prefixCacheBytes: 60_000 }),
      ...(seed % 3 === 0 && { parallelBytes: 80_000 }),
    };
    const batch = new RunningBatch(model, { ...limits, pause });
    const calls = Array.from({ length: 16 }, () => randomCall(random));
    let widest = 0;
    tiny.onRun = () => {
      widest = Math.max(widest, batch.load.running);
    };
    const outcomes = await Promise.all(calls.map((call) => make(batch, call)));
    expect(widest).toBeLessThanOrEqual(limits.parallelAnswers!);
    await settle();
    expect(batch.load).toEqual({ running: 0, waiting: 0 });
    const fresh = new LanguageModel(build());
    for (const [index, { prompt, options, leaves }] of calls.entries()) {
      const expected = await alone(fresh, prompt, options);
      const { ids, finished } = outcomes[index]!;
      expect(ids, `caller ${index}`).toEqual(finished ? expected : expected.slice(0, ids.length));
      expect(finished || leaves !== undefined).toBe(true);
    }
    await batch.close();
    expect(batch.prefixBytes).toBe(0);
  });
});

describe('a running batch', () => {
  const ask = (ids: readonly number[], options: RunningOptions = {}): Call => ({
    prompt: { ids },
    options,
    delay: 0,
    slowness: 0,
  });
  const numbers = (length: number, from = 1) => Array.from({ length }, (_, index) => (from + index) % 38);

  it('steps all rows in one run', async () => {
    const tiny = tinyModel();
    const batch = new RunningBatch(new LanguageModel(tiny), { pause });
    const calls = [3, 4, 5, 6].map((from) => ask(numbers(5, from), { maxNewTokens: 12 }));
    await Promise.all(calls.map((call) => make(batch, call)));
    // Four prompts and four times eleven steps would be 48 runs.
    expect(tiny.runs.length).toBeLessThan(24);
    expect(Math.max(...tiny.runs.map(({ length }) => length))).toBe(4);
  });

  it('runs at most one chunk of a long prompt between two steps of the others', async () => {
    const tiny = tinyModel();
    const batch = new RunningBatch(new LanguageModel(tiny), { pause });
    const talker = make(batch, { ...ask(numbers(3), { maxNewTokens: 40 }), slowness: 1 });
    while (tiny.runs.length < 2) await pause();
    const long = make(batch, ask(numbers(40, 7), { maxNewTokens: 1, chunkTokens: 4 }));
    await Promise.all([talker, long]);
    const chunks = tiny.runs.flatMap(([tokens], index) => (tokens === 4 ? [index] : []));
    expect(chunks).toHaveLength(10);
    for (const [place, at] of chunks.slice(1).entries()) expect(at - chunks[place]!).toBeGreaterThan(1);
  });

  it('lets prompts take turns, so that a short one need not wait for a long one', async () => {
    const tiny = tinyModel();
    const batch = new RunningBatch(new LanguageModel(tiny), { pause });
    const order: string[] = [];
    const long = make(batch, ask(numbers(40, 7), { maxNewTokens: 1, chunkTokens: 2 })).then(() =>
      order.push('long'),
    );
    const short = make(batch, ask(numbers(4), { maxNewTokens: 2 })).then(() => order.push('short'));
    await Promise.all([long, short]);
    expect(order).toEqual(['short', 'long']);
  });

  it('frees the row of a caller who leaves before the next run', async () => {
    const tiny = tinyModel();
    const batch = new RunningBatch(new LanguageModel(tiny), { parallelAnswers: 2, pause });
    const stays = make(batch, ask(numbers(5), { maxNewTokens: 30 }));
    const controller = new AbortController();
    const leaver = batch.generate({ ids: numbers(6, 9) }, { maxNewTokens: 50, signal: controller.signal });
    for (let event = await leaver.next(); event.value?.type !== 'token'; ) event = await leaver.next();
    await pause();
    const runs = tiny.runs.length;
    controller.abort(new Error('enough'));
    await expect(leaver.next()).rejects.toThrow('enough');
    await stays;
    // One run may have been under way.
    expect(tiny.runs.slice(runs + 1).filter(({ length }) => length > 1)).toEqual([]);
  });

  it('keeps waiting callers out until a row is free, first come first served', async () => {
    const batch = new RunningBatch(new LanguageModel(tinyModel()), { parallelAnswers: 1, pause });
    const order: number[] = [];
    const calls = [0, 1, 2].map((caller) =>
      make(batch, { ...ask(numbers(4, caller * 7), { maxNewTokens: 3 }), slowness: 1 }).then(() =>
        order.push(caller),
      ),
    );
    await pause();
    await pause();
    expect(batch.load).toEqual({ running: 1, waiting: 2 });
    await Promise.all(calls);
    expect(order).toEqual([0, 1, 2]);
  });

  it('runs answers together only as far as their caches fit, and a larger one alone', async () => {
    const model = new LanguageModel(tinyModel());
    const tokens = 64 * model.tokenBytes;
    for (const [parallelBytes, expected] of [
      [3 * 64 * model.tokenBytes + 1, 1],
      [3 * 512 * model.tokenBytes, 3],
      [tokens, 1],
    ] as const) {
      const batch = new RunningBatch(model, { parallelBytes, pause });
      let most = 0;
      await Promise.all(
        [1, 2, 3, 4].map(async (from) => {
          for await (const { type } of batch.generate({ ids: numbers(4, from) }, { maxNewTokens: 4 })) {
            if (type === 'token') most = Math.max(most, batch.load.running);
          }
        }),
      );
      expect(most).toBe(expected);
    }
  });

  it('an error in one answer ends that one alone', async () => {
    const batch = new RunningBatch(new LanguageModel(tinyModel()), { pause });
    const bad = make(
      batch,
      ask(numbers(5, 20), {
        stopWhen({ length }) {
          if (length === 3) throw new Error('mine');
          return false;
        },
      }),
    );
    const good = make(batch, ask(numbers(5), { maxNewTokens: 9 }));
    await expect(bad).rejects.toThrow('mine');
    expect((await good).ids).toEqual(
      await alone(new LanguageModel(tinyModel()), { ids: numbers(5) }, { maxNewTokens: 9 }),
    );
  });

  it('a run that fails ends those in it, and the next ones work', async () => {
    const tiny = tinyModel();
    const batch = new RunningBatch(new LanguageModel(tiny), { pause });
    const all = [1, 2].map((from) => make(batch, ask(numbers(4, from), { maxNewTokens: 20 })));
    const settled = Promise.allSettled(all);
    tiny.onRun = () => {
      if (tiny.runs.length === 8) throw new Error('out of memory');
    };
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    tiny.onRun = undefined;
    const next = await make(batch, ask(numbers(4), { maxNewTokens: 4 }));
    expect(next.ids).toEqual(
      await alone(new LanguageModel(tinyModel()), { ids: numbers(4) }, { maxNewTokens: 4 }),
    );
  });

  it('memory that runs out where rows are joined ends those that run, and the next ones work', async () => {
    const device = new FakeDevice();
    const batch = new RunningBatch(new LanguageModel(tinyModel({ writesInto: true, device })), { pause });
    const allocate = device.allocate.bind(device);
    const first = batch.generate({ ids: numbers(5) }, { maxNewTokens: 30 });
    for (let event = await first.next(); event.value?.type !== 'token'; ) event = await first.next();
    device.allocate = (type, dims) => {
      if (dims[0] === 2 && dims.length === 4) throw new Error('no memory left');
      return allocate(type, dims);
    };
    const second = make(batch, ask(numbers(6, 9), { maxNewTokens: 5 }));
    await expect(second).rejects.toThrow('no memory left');
    await expect(
      (async () => {
        for await (const _ of first);
      })(),
    ).rejects.toThrow('no memory left');
    device.allocate = allocate;
    const next = await make(batch, ask(numbers(4), { maxNewTokens: 4 }));
    const expected = await alone(new LanguageModel(tinyModel()), { ids: numbers(4) }, { maxNewTokens: 4 });
    expect(next.ids).toEqual(expected);
  });

  it.each([
    [{ parallelAnswers: 0 }, 'parallelAnswers'],
    [{ parallelBytes: -1 }, 'parallelBytes'],
    [{ prefixCacheBytes: Number.NaN }, 'prefixCacheBytes'],
  ])('refuses %o', (options, option) => {
    const make = () => new RunningBatch(new LanguageModel(tinyModel()), options);
    expect(make).toThrow(
      expect.objectContaining({ code: 'invalid-option', facts: expect.objectContaining({ option }) }),
    );
  });

  it('refuses what generate refuses, before it waits for a row', async () => {
    const batch = new RunningBatch(new LanguageModel(tinyModel()), { pause });
    const refuse = (prompt: Prompt, options: RunningOptions = {}) => batch.generate(prompt, options).next();
    await expect(refuse({ ids: numbers(65) })).rejects.toMatchObject({ code: 'context-overflow' });
    await expect(refuse({ ids: [SLOT], slotId: SLOT })).rejects.toMatchObject({
      code: 'slots-exceed-images',
    });
    await expect(refuse({ ids: [1] }, { topP: 2 })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(refuse({ ids: [1] }, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
  });

  it('ends where the context does', async () => {
    const batch = new RunningBatch(new LanguageModel(tinyModel()), { pause });
    const events: RunningEvent[] = [];
    for await (const event of batch.generate({ ids: numbers(60) })) events.push(event);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'context', ids: { length: 5 } });
  });

  it('with one caller does nothing that is not asked for', async () => {
    const tiny = tinyModel();
    const batch = new RunningBatch(new LanguageModel(tiny), { pause });
    const events = batch.generate({ ids: numbers(5) }, { maxNewTokens: 30 });
    for (let event = await events.next(); event.value?.type !== 'token'; ) event = await events.next();
    await events.next();
    await settle();
    expect(tiny.runs).toEqual([[5], [1]]);
    await events.return();
  });
});
