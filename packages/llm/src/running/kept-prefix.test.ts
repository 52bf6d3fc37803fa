import { hostTensor } from '@internvl/backend';
import { describe, expect, it } from 'vitest';
import { LanguageModel } from '../language-model.js';
import type { Prompt } from '../prompt.js';
import { FakeDevice } from '../testing/fake-device.js';
import { tinyModel, tinySpec } from '../testing/tiny-model.js';
import type { KeptPrefix } from './kept-prefix.js';
import type { PrefixHold } from './prefix-store.js';
import { RunningBatch } from './running-batch.js';

const SLOT = 39;
const text = (length: number, from = 1) => Array.from({ length }, (_, index) => (from + index * 7) % 38);
const visualTokens = hostTensor('float32', new Float32Array(3 * tinySpec.hidden).fill(0.3), [
  3,
  tinySpec.hidden,
]);
const opening: Prompt = { ids: [...text(9), SLOT, SLOT, SLOT, 4], slotId: SLOT, visualTokens };

/** One program: a model of its own, and what it answers under a hold. */
function program(options: Parameters<typeof tinyModel>[0] = {}) {
  const batch = new RunningBatch(new LanguageModel(tinyModel(options)));
  const ask = async (prompt: Prompt, hold: PrefixHold, visualNames = ['image']) => {
    let cachedTokens = -1;
    const ids: number[] = [];
    for await (const event of batch.generate(prompt, { maxNewTokens: 5, hold, visualNames })) {
      if (event.type === 'started') cachedTokens = event.cachedTokens;
      if (event.type === 'token') ids.push(event.id);
    }
    return { cachedTokens, ids };
  };
  return { batch, hold: batch.hold(), ask };
}

/** The first answer of a program, and what it keeps of it, as a file would give it back. */
async function begun(options: Parameters<typeof tinyModel>[0] = {}) {
  const one = program(options);
  const { ids } = await one.ask(opening, one.hold);
  const next: Prompt = { ...opening, ids: [...Array.from(opening.ids), ...ids, 8, 9] };
  const kept = structuredClone((await one.batch.kept(one.hold))!);
  return { ...one, kept, next };
}

const longrope = {
  type: 'longrope',
  theta: 10000,
  originalMaxPositions: 16,
  maxPositions: 64,
  kind: 'su',
  shortFactor: [1, 1, 1],
  longFactor: [1, 2, 3],
} as const;

describe('a kept prefix', () => {
  it.each([
    ['copied rows', {}, true],
    ['rows in place', { writesInto: true }, true],
    // Neither program can use keys that were turned otherwise.
    ['a turn that changes on the way', { spec: { ...tinySpec, rope: longrope } }, false],
  ])('goes on in another program as in the one it is of: %s', async (_, options, used) => {
    const { kept, next, ask, hold } = await begun(options);
    const other = program(options);
    other.batch.restore(kept, other.hold);
    const expected = await ask(next, hold);
    expect(expected.cachedTokens).toBe(used ? kept.ids.length : 0);
    expect(await other.ask(next, other.hold)).toEqual(expected);
    expect(await other.batch.kept(other.hold)).toBeDefined();
  });

  it('is known by its images too', async () => {
    const { kept, next } = await begun();
    const other = program();
    other.batch.restore(kept, other.hold);
    expect((await other.ask(next, other.hold, ['another image'])).cachedTokens).toBe(9);
  });

  it('is a copy: the program that it is of goes on with its own', async () => {
    const { kept, next, ask, hold } = await begun();
    const before = structuredClone(kept);
    await ask(next, hold);
    expect(kept).toEqual(before);
  });

  it('is there as soon as the answer is over or left', async () => {
    const { batch, hold } = program();
    expect(await batch.kept(hold)).toBeUndefined();
    for await (const event of batch.generate(opening, { hold, visualNames: ['image'], maxNewTokens: 30 })) {
      if (event.type === 'token' && event.index === 2) break;
    }
    expect((await batch.kept(hold))?.ids).toHaveLength(opening.ids.length + 2);
  });

  it('is not to be had of a device', async () => {
    const { batch, hold, ask } = program({ writesInto: true, device: new FakeDevice() });
    await ask(opening, hold);
    expect(await batch.kept(hold)).toBeUndefined();
  });

  it('of another model is refused', async () => {
    const { kept } = await begun();
    const { batch, hold } = program({ spec: { ...tinySpec, kvHeads: 1 } });
    expect(() => batch.restore(kept, hold)).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
    const long: KeptPrefix = {
      ids: text(65),
      fillings: [],
      stretches: [],
      arrays: Array.from({ length: 4 }, () => new Float32Array(2 * 65 * 8)),
    };
    const other = program();
    expect(() => other.batch.restore(long, other.hold)).toThrow(
      expect.objectContaining({ code: 'context-overflow' }),
    );
  });
});
