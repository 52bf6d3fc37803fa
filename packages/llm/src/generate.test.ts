import { describe, expect, it } from 'vitest';
import { beamSearch } from './beam/beam-search.js';
import { generate } from './generate.js';
import { generateBatch } from './generate-batch.js';
import type { BatchEvent, GenerateEvent } from './generate-event.js';
import type { GenerateOptions } from './generate-options.js';
import { LanguageModel } from './language-model.js';
import type { Prompt } from './prompt.js';
import type { Sequence } from './sequence.js';
import { type TinyModel, tinyModel, tinySpec } from './testing/tiny-model.js';

const prompt = { ids: [5, 9, 2, 33, 17, 8, 1] };

async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function idsOf(
  model: LanguageModel,
  asked: Prompt,
  options: GenerateOptions,
): Promise<readonly number[]> {
  const last = (await collect(generate(model, asked, options))).at(-1);
  return last?.type === 'finish' ? last.ids : [];
}

describe('greedy ids from the graph', () => {
  const greedy = () => tinyModel({ choosesGreedily: true });
  const answered = async (tiny: TinyModel, options: GenerateOptions) => {
    const ids = await idsOf(new LanguageModel(tiny), prompt, options);
    return { ids, fetched: tiny.fetched };
  };

  it('are those of the logits, and no logits are fetched for them but to look for numbers that are none', async () => {
    const options = { maxNewTokens: 40 };
    const { ids, fetched } = await answered(greedy(), options);
    expect(ids).toEqual((await answered(tinyModel(), options)).ids);
    const positions = fetched.flatMap((name, index) => (name === 'logits' ? [index] : []));
    expect(fetched.length).toBe(40);
    expect(positions).toEqual([0, 32]);
  });

  it.each([
    { temperature: 1, seed: 1 },
    { repetitionPenalty: 1.2 },
    { logprobs: 0 },
    { onScores: () => {} },
    { minNewTokens: 9, stopIds: [1] },
  ])('are not asked for with %o', async (options) => {
    const { fetched } = await answered(greedy(), { ...options, maxNewTokens: 4 });
    expect(fetched).toEqual(['logits', 'logits', 'logits', 'logits']);
  });

  it('end an answer as logits do', async () => {
    const all = (await answered(greedy(), { maxNewTokens: 8 })).ids;
    const stopped = await answered(greedy(), { maxNewTokens: 8, stopIds: [all[4]!] });
    expect(stopped.ids).toEqual(all.slice(0, all.indexOf(all[4]!) + 1));
    const cut = await answered(greedy(), { stopWhen: ({ length }) => length === 3 });
    expect(cut.ids).toEqual(all.slice(0, 3));
  });

  it('serve a batch, unless one row needs logits', async () => {
    const alone = (await answered(tinyModel(), { maxNewTokens: 5 })).ids;
    for (const [second, fetched] of [
      [{}, ['logits', 'logits', 'token_ids', 'token_ids', 'token_ids', 'token_ids']],
      [{ logprobs: 1 }, ['logits', 'logits', 'logits', 'logits', 'logits', 'logits']],
    ] as const) {
      const tiny = greedy();
      const rows = [
        { prompt, maxNewTokens: 5 },
        { prompt, maxNewTokens: 5, ...second },
      ];
      const ends = (await collect(generateBatch(new LanguageModel(tiny), rows))).filter(
        ({ type }) => type === 'finish',
      );
      expect(ends).toMatchObject([{ ids: alone }, { ids: alone }]);
      expect(tiny.fetched).toEqual(fetched);
    }
  });
});

describe('generate', () => {
  it('yields progress, tokens and the end', async () => {
    const model = new LanguageModel(tinyModel());
    const events = await collect(generate(model, prompt, { maxNewTokens: 3, chunkTokens: 5 }));
    expect(events.map(({ type }) => type)).toEqual([
      'prefill-progress',
      'prefill-progress',
      'token',
      'token',
      'token',
      'finish',
    ]);
    expect(events[0]).toEqual({ type: 'prefill-progress', tokens: 5, total: 7 });
    const ids = events.flatMap((event) => (event.type === 'token' ? [event.id] : []));
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length', ids, promptTokens: 7 });
  });

  it('is greedy over whole prefills', async () => {
    const model = new LanguageModel(tinyModel());
    const ids = await idsOf(model, prompt, { maxNewTokens: 8 });
    for (const [index, id] of ids.entries()) {
      const whole = [...prompt.ids, ...ids.slice(0, index)];
      const logits = await model.prefill(model.sequence(), { ids: whole });
      expect(logits.indexOf(Math.max(...logits))).toBe(id);
    }
  });

  it('goes on in a sequence of the caller as in one prompt', async () => {
    const model = new LanguageModel(tinyModel());
    const sequence = model.sequence();
    const first = await idsOf(model, prompt, { sequence, maxNewTokens: 3 });
    expect(sequence.length).toBe(7 + 2);
    const next = await idsOf(model, { ids: [first[2]!, 20, 21] }, { sequence, maxNewTokens: 4 });
    const whole = { ids: [...prompt.ids, ...first, 20, 21] };
    expect(next).toEqual(await idsOf(model, whole, { maxNewTokens: 4 }));
    sequence.dispose();
  });

  it('does no step for the last token and takes none for maxNewTokens 0', async () => {
    const tiny = tinyModel();
    const model = new LanguageModel(tiny);
    await idsOf(model, prompt, { maxNewTokens: 2 });
    expect(tiny.runs).toEqual([[7], [1]]);
    const events = await collect(generate(model, prompt, { maxNewTokens: 0 }));
    expect(events.at(-1)).toMatchObject({ reason: 'length', ids: [] });
  });

  it('treats a slot id that the model emits as an ordinary token', async () => {
    const model = new LanguageModel(tinyModel());
    const ids = await idsOf(model, prompt, { maxNewTokens: 6 });
    const slotId = ids[1]!;
    const declared = { ids: prompt.ids, slotId, slots: [] };
    expect(await idsOf(model, declared, { maxNewTokens: 6 })).toEqual(ids);
  });

  it('ends with the context when that is full', async () => {
    const model = new LanguageModel({ ...tinyModel(), contextTokens: 9 });
    const events = await collect(generate(model, prompt, {}));
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'context' });
    expect(events.filter(({ type }) => type === 'token').length).toBe(3);
  });

  it('frees the cache when the loop is left, at any point, and keeps that of the caller', async () => {
    const model = new LanguageModel(tinyModel());
    const made: Sequence[] = [];
    const watched = Object.assign(model, {
      sequence: () => {
        const sequence = LanguageModel.prototype.sequence.call(model);
        made.push(sequence);
        return sequence;
      },
    });
    for (const type of ['prefill-progress', 'token'] as const) {
      for await (const event of generate(watched, prompt, { chunkTokens: 2 })) if (event.type === type) break;
    }
    expect(made.map(({ bytes }) => bytes)).toEqual([0, 0]);
    const sequence = LanguageModel.prototype.sequence.call(model);
    for await (const event of generate(model, prompt, { sequence, chunkTokens: 2 })) {
      if (event.type === 'prefill-progress') break;
    }
    expect(sequence.length).toBe(0);
    expect(await idsOf(model, prompt, { sequence, maxNewTokens: 2 })).toEqual(
      await idsOf(model, prompt, { maxNewTokens: 2 }),
    );
  });

  it('rethrows the reason of an abort between tokens', async () => {
    const model = new LanguageModel(tinyModel());
    const controller = new AbortController();
    const reason = { why: 'user' };
    const running = async () => {
      for await (const event of generate(model, prompt, { signal: controller.signal })) {
        if (event.type === 'token' && event.index === 2) controller.abort(reason);
      }
    };
    await expect(running()).rejects.toBe(reason);
  });

  it('runs two conversations at once as one after the other', async () => {
    const tiny = tinyModel();
    const model = new LanguageModel(tiny);
    const other = { ids: [3, 3, 4] };
    const alone = [
      await idsOf(model, prompt, { maxNewTokens: 9 }),
      await idsOf(model, other, { maxNewTokens: 9 }),
    ];
    tiny.onRun = () => new Promise((resolve) => setImmediate(resolve));
    const together = await Promise.all([
      idsOf(model, prompt, { maxNewTokens: 9, chunkTokens: 2 }),
      idsOf(model, other, { maxNewTokens: 9, chunkTokens: 1 }),
    ]);
    expect(together).toEqual(alone);
  });
});

describe('generateBatch', () => {
  const rows = [
    { prompt, maxNewTokens: 9 },
    { prompt: { ids: [3] }, maxNewTokens: 3 },
    { prompt: { ids: [30, 31, 32, 33, 34, 35, 36, 37, 38] }, maxNewTokens: 12, temperature: 1.5, seed: 4 },
    { prompt, maxNewTokens: 1 },
    { prompt, maxNewTokens: 6, repetitionPenalty: 1.5, penaltyIds: prompt.ids },
  ];

  it.each([false, true])('gives each row what it gets alone (in place: %s)', async (writesInto) => {
    const tiny = tinyModel({ writesInto });
    const model = new LanguageModel(tiny);
    const events: BatchEvent[] = await collect(generateBatch(model, rows, { chunkTokens: 4 }));
    for (const [row, { prompt: asked, ...options }] of rows.entries()) {
      const own = events.filter((event) => event.row === row).map(({ row: _, ...event }) => event);
      expect(own).toEqual(await collect(generate(model, asked, { ...options, chunkTokens: 4 })));
    }
    expect(tiny.runs.some((run) => run.length === 4)).toBe(true);
    expect(tiny.runs.some((run) => run.length === 2)).toBe(true);
  });

  it('checks all rows before any work', async () => {
    const tiny = tinyModel();
    const model = new LanguageModel(tiny);
    const bad = { prompt: { ids: Array(tinySpec.maxPositions + 1).fill(1) } };
    await expect(collect(generateBatch(model, [...rows, bad]))).rejects.toMatchObject({
      code: 'context-overflow',
    });
    await expect(collect(generateBatch(model, []))).rejects.toMatchObject({ code: 'invalid-option' });
    expect(tiny.runs).toEqual([]);
  });
});

describe('beams', () => {
  it('of one are greedy', async () => {
    const model = new LanguageModel(tinyModel());
    const greedy = await idsOf(model, prompt, { maxNewTokens: 6 });
    const [best, ...others] = await beamSearch(model, prompt, { maxNewTokens: 6, beams: { count: 1 } });
    expect([best?.ids, best?.reason, others]).toEqual([greedy, 'length', []]);
  });

  it.each([false, true])('score what the model gives along their path (in place: %s)', async (writesInto) => {
    const model = new LanguageModel(tinyModel({ writesInto }));
    const options = { maxNewTokens: 5, beams: { count: 3 } };
    const beams = await beamSearch(model, prompt, options);
    expect(beams.length).toBe(3);
    for (const { ids, score } of beams) {
      let sum = 0;
      for (const [index, id] of ids.entries()) {
        const logits = await model.prefill(model.sequence(), {
          ids: [...prompt.ids, ...ids.slice(0, index)],
        });
        sum += logits[id]! - Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));
      }
      expect(score).toBeCloseTo(sum / ids.length, 4);
    }
    const events: GenerateEvent[] = await collect(generate(model, prompt, options));
    expect(events.at(-1)).toMatchObject({ type: 'finish', ids: beams[0]!.ids });
  });

  it('stop at the context', async () => {
    const model = new LanguageModel({ ...tinyModel(), contextTokens: 9 });
    const [best] = await beamSearch(model, prompt, { beams: { count: 2 } });
    expect([best?.ids.length, best?.reason]).toEqual([3, 'context']);
  });

  it.each<GenerateOptions>([
    { temperature: 1, beams: { count: 2 } },
    { logprobs: 0, beams: { count: 2 } },
    { onScores: () => {}, beams: { count: 2 } },
    { beams: { count: 0 } },
    { beams: { count: 21 } },
    { beams: { count: 2, lengthPenalty: Number.NaN } },
  ])('refuse %o', async (options) => {
    const model = new LanguageModel(tinyModel());
    await expect(collect(generate(model, prompt, options))).rejects.toMatchObject({ code: 'invalid-option' });
  });
});
