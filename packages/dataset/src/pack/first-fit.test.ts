import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collect } from '../testing/collect.js';
import { packFirstFit } from './first-fit.js';
import { lossWeight } from './loss-weight.js';
import type { PackItem } from './pack-item.js';

interface Case {
  readonly name: string;
  readonly options: {
    readonly num_images_expected: number;
    readonly max_packed_tokens: number;
    readonly max_buffer_size: number;
  };
  readonly rows: readonly (readonly [prompt: number, images: number, answer: number])[];
  readonly packs: readonly {
    readonly ids: readonly number[];
    readonly labels: readonly number[];
    readonly cuSeqlens: readonly number[];
    readonly positions: readonly number[];
    readonly tiles: readonly number[];
    readonly flags: readonly number[];
    readonly lossWeights: Readonly<Record<'token' | 'sample' | 'square', readonly number[]>>;
  }[];
}

const { cases, tokensPerTile }: { cases: readonly Case[]; tokensPerTile: number } = JSON.parse(
  readFileSync(new URL('../../../../fixtures/dataset/packing.json', import.meta.url), 'utf8'),
);

/** The rows that `make/packing.py` draws. */
function itemsOf({ rows }: Case): PackItem[] {
  return rows.map(([prompt, images, answer], index) => {
    const image = [1, ...Array<number>(tokensPerTile).fill(2), 3];
    const text = Array.from({ length: prompt + answer }, (_, at) => 1000 * (index + 1) + at);
    const ids = [...Array.from({ length: images }, () => image).flat(), ...text];
    const labels = ids.map((id, at) => (at < ids.length - answer ? -100 : id));
    return { id: String(index), ids, labels, tiles: images };
  });
}

describe.each(cases.map((vector) => [vector.name, vector] as const))(
  'packs of the reference: %s',
  (_, vector) => {
    const {
      max_buffer_size: openPacks,
      max_packed_tokens: maxTokens,
      num_images_expected: maxTiles,
    } = vector.options;
    test.each(['token', 'sample', 'square'] as const)('with loss per %s', async (lossReduction) => {
      const options = { maxTokens, maxTiles, openPacks, lossReduction };
      const packs = await collect(packFirstFit(itemsOf(vector), options));
      expect(packs).toHaveLength(vector.packs.length);
      for (const [index, pack] of packs.entries()) {
        const expected = vector.packs[index]!;
        expect(pack.ids).toEqual(expected.ids);
        expect(pack.labels).toEqual(expected.labels);
        expect(pack.cuSeqlens).toEqual(expected.cuSeqlens);
        expect(pack.positions).toEqual(expected.positions);
        // The reference carries the samples' number in its tiles; a strict one pads them with blank ones.
        const real = expected.tiles.filter((_sample, at) => expected.flags[at] === 1).map(String);
        expect(pack.samples.flatMap((id, at) => Array<string>(pack.tiles[at]!).fill(id))).toEqual(real);
        const weights = [...new Set(pack.lossWeights.map((weight) => Math.round(weight * 1e6) / 1e6))];
        expect(weights.sort((a, b) => a - b)).toEqual(expected.lossWeights[lossReduction]);
      }
    });
  },
);

test('nothing trained weighs nothing', () => {
  expect((['token', 'sample', 'square'] as const).map((reduction) => lossWeight(reduction, 0))).toEqual([
    0, 0, 0,
  ]);
});
