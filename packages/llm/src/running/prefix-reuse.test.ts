import { hostTensor } from '@internvl/backend';
import { describe, expect, it } from 'vitest';
import { LanguageModel } from '../language-model.js';
import type { Prompt } from '../prompt.js';
import { seededRandom } from '../sampling/seeded-random.js';
import { tinyModel, tinySpec } from '../testing/tiny-model.js';
import { behind } from './behind.js';
import { commonLength, contentKey } from './content-key.js';
import { RunningBatch } from './running-batch.js';
import type { RunningOptions } from './running-options.js';

const SLOT = 39;
const text = (length: number, from = 1) => Array.from({ length }, (_, index) => (from + index * 7) % 38);
const tokens = (rows: number, seed: number) => {
  const random = seededRandom(seed);
  const data = Float32Array.from({ length: rows * tinySpec.hidden }, () => random() - 0.5);
  return hostTensor('float32', data, [rows, tinySpec.hidden]);
};
const slots = (rows: number) => Array<number>(rows).fill(SLOT);

describe('content keys', () => {
  const key = (prompt: Prompt, ...names: string[]) => contentKey(prompt, (_, index) => names[index]!);

  it('have in common what ids and contents have', () => {
    const ids = [1, 2, SLOT, SLOT, 3, 4];
    const one = key({ ids, slotId: SLOT, visualTokens: tokens(2, 1) }, 'a');
    expect(commonLength(one, key({ ids, slotId: SLOT, visualTokens: tokens(2, 1) }, 'a'))).toBe(6);
    expect(commonLength(one, key({ ids, slotId: SLOT, visualTokens: tokens(2, 1) }, 'b'))).toBe(2);
    // The same ids as ordinary tokens, or in other slots.
    expect(commonLength(one, key({ ids }))).toBe(2);
    expect(commonLength(key({ ids }), one)).toBe(2);
    const inOne = { ids, slotId: SLOT, slots: [{ start: 2, end: 3 }], visualTokens: tokens(1, 1) };
    expect(commonLength(one, key(inOne, 'a'))).toBe(2);
    // As many visual tokens, but cut into tensors at another place.
    const cut = [tokens(1, 1), tokens(1, 2)];
    expect(commonLength(one, key({ ids, slotId: SLOT, visualTokens: cut }, 'a', 'a'))).toBe(2);
    expect(commonLength(one, key({ ids: [1, 2, 5] }))).toBe(2);
    expect(
      commonLength(one, key({ ids: [1, 2, SLOT, SLOT, 9], slotId: SLOT, visualTokens: tokens(2, 1) }, 'a')),
    ).toBe(4);
  });

  it('know which rows of a tensor are where when its slots have gaps', () => {
    const ids = [SLOT, 5, SLOT];
    const apart = key({ ids, slotId: SLOT, visualTokens: tokens(2, 1) }, 'a');
    expect(apart.fillings).toEqual([
      { start: 0, end: 1, content: '0:a' },
      { start: 2, end: 3, content: '1:a' },
    ]);
  });
});

it('what is behind a cached beginning embeds as the end of the whole', async () => {
  const model = new LanguageModel(tinyModel());
  const ids = [1, ...slots(2), 2, ...slots(3), 3, 4];
  const prompt = { ids, slotId: SLOT, visualTokens: [tokens(2, 1), tokens(3, 2)] };
  const whole = await model.embed(prompt);
  for (let cached = 0; cached < ids.length; cached++) {
    expect(await model.embed(await behind(prompt, cached))).toEqual(whole.slice(cached * tinySpec.hidden));
  }
});

describe('prefixes', () => {
  const asking = (options: ConstructorParameters<typeof RunningBatch>[1] = {}) => {
    const tiny = tinyModel();
    const batch = new RunningBatch(new LanguageModel(tiny), options);
    const ask = async (prompt: Prompt, more: RunningOptions = {}) => {
      let cachedTokens = -1;
      let ids: readonly number[] = [];
      for await (const event of batch.generate(prompt, { maxNewTokens: 4, ...more })) {
        if (event.type === 'started') cachedTokens = event.cachedTokens;
        if (event.type === 'finish') ids = event.ids;
      }
      return { cachedTokens, ids };
    };
    return { batch, tiny, ask };
  };
  const fresh = async (prompt: Prompt) => (await asking().ask(prompt)).ids;

  it('are reused by whoever begins alike, and the ids are the same', async () => {
    const { ask } = asking();
    const one = [...text(20), 5];
    const other = [...text(20), 6];
    expect((await ask({ ids: one })).cachedTokens).toBe(0);
    expect(await ask({ ids: other })).toEqual({ cachedTokens: 20, ids: await fresh({ ids: other }) });
    expect(await ask({ ids: one })).toEqual({ cachedTokens: 20, ids: await fresh({ ids: one }) });
    // Too short to be worth it.
    expect((await ask({ ids: text(9) })).cachedTokens).toBe(0);
  });

  it('hold images by name, and without names by object', async () => {
    const { ask } = asking();
    const image = tokens(3, 1);
    const prompt = (visual: typeof image, last: number) => {
      return { ids: [...text(16), ...slots(3), 7, last], slotId: SLOT, visualTokens: visual };
    };
    await ask(prompt(image, 1));
    expect((await ask(prompt(image, 2))).cachedTokens).toBe(20);
    expect((await ask(prompt(tokens(3, 1), 3))).cachedTokens).toBe(16);
    const another = prompt(tokens(3, 2), 4);
    expect(await ask(another, { visualNames: ['x'] })).toEqual({
      cachedTokens: 16,
      ids: await fresh(another),
    });
    const again = prompt(tokens(3, 2), 5);
    expect(await ask(again, { visualNames: ['x'] })).toEqual({ cachedTokens: 20, ids: await fresh(again) });
    const shown = prompt(tokens(3, 3), 5);
    expect(await ask(shown, { visualNames: ['y'] })).toEqual({ cachedTokens: 16, ids: await fresh(shown) });
  });

  it('are taken from an answer that is still running', async () => {
    const { batch, ask } = asking();
    const first = batch.generate({ ids: [...text(20), 5] }, { maxNewTokens: 30 });
    for (let event = await first.next(); event.value?.type !== 'token'; ) event = await first.next();
    const other = { ids: [...text(20), 6] };
    expect(await ask(other)).toEqual({ cachedTokens: 20, ids: await fresh(other) });
    await first.return();
  });

  it('are waited for where another prompt that begins alike is on its way', async () => {
    const { tiny, ask } = asking();
    const prompts = [5, 6, 7].map((last) => ({ ids: [...text(30), last] }));
    const answers = await Promise.all(prompts.map((prompt) => ask(prompt, { chunkTokens: 8 })));
    expect(answers.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 30, 30]);
    for (const [index, prompt] of prompts.entries()) expect(answers[index]!.ids).toEqual(await fresh(prompt));
    expect(tiny.runs.flat().filter((tokens) => tokens > 1)).toEqual([8, 8, 8, 7]);
  });

  it('are not waited for where nobody reads the other answer', async () => {
    const { batch, ask } = asking();
    const stalled = batch.generate({ ids: [...text(30), 5] }, { chunkTokens: 4 });
    await stalled.next();
    const other = { ids: [...text(30), 6] };
    expect((await ask(other)).ids).toEqual(await fresh(other));
    await stalled.return();
  });

  it('go on from an answer, also one that was left', async () => {
    const { batch, ask } = asking();
    const events = batch.generate({ ids: text(20) }, { maxNewTokens: 30 });
    const said: number[] = [];
    for await (const event of events) {
      if (event.type === 'token') said.push(event.id);
      if (said.length === 3) break;
    }
    const next = { ids: [...text(20), ...said, 4] };
    expect(await ask(next)).toEqual({ cachedTokens: 22, ids: await fresh(next) });
  });

  it('take no more bytes than they may, but for what is held', async () => {
    const bytes = 400 * new LanguageModel(tinyModel()).tokenBytes;
    const { batch, ask } = asking({ prefixCacheBytes: bytes });
    for (let from = 0; from < 12; from++) {
      await ask({ ids: text(24, from) });
      expect(batch.prefixBytes).toBeLessThanOrEqual(bytes);
    }
    expect(batch.prefixBytes).toBeGreaterThan(0);
    expect((await ask({ ids: text(24, 11) })).cachedTokens).toBe(23);
    expect((await ask({ ids: text(24, 0) })).cachedTokens).toBe(0);

    const hold = batch.hold();
    await ask({ ids: text(24, 30) }, { hold });
    for (let from = 0; from < 12; from++) await ask({ ids: text(24, from) });
    expect((await ask({ ids: text(24, 30) }, { hold })).cachedTokens).toBe(23);
    hold.dispose();
    for (let from = 0; from < 12; from++) await ask({ ids: text(24, from) });
    expect((await ask({ ids: text(24, 30) })).cachedTokens).toBe(0);
    expect(batch.prefixBytes).toBeLessThanOrEqual(bytes);
    await batch.close();
    expect(batch.prefixBytes).toBe(0);
  });

  it('none are kept with no bytes for them', async () => {
    const { batch, ask } = asking({ prefixCacheBytes: 0 });
    await ask({ ids: text(24) });
    expect((await ask({ ids: text(24) })).cachedTokens).toBe(0);
    expect(batch.prefixBytes).toBe(0);
    const hold = batch.hold();
    await ask({ ids: text(8) }, { hold });
    expect((await ask({ ids: [...text(8), 3] }, { hold })).cachedTokens).toBe(8);
  });

  it('are not reused where positions would be rotated otherwise', async () => {
    const rope = {
      type: 'longrope',
      theta: 10000,
      originalMaxPositions: 24,
      maxPositions: 64,
      kind: 'su',
    } as const;
    const spec = { ...tinySpec, rope: { ...rope, shortFactor: [1, 1, 1], longFactor: [1, 2, 3] } };
    const batch = new RunningBatch(new LanguageModel(tinyModel({ spec })));
    const cached = async (ids: number[]) => {
      let cachedTokens = -1;
      for await (const event of batch.generate({ ids }, { maxNewTokens: 1 })) {
        if (event.type === 'started') cachedTokens = event.cachedTokens;
      }
      return cachedTokens;
    };
    expect(await cached(text(20))).toBe(0);
    expect(await cached([...text(20), ...text(10, 5)])).toBe(0);
    expect(await cached([...text(20), 1])).toBe(20);
  });
});
