import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collect } from '../testing/collect.js';
import { type Canvas, openCanvas } from './canvas.js';
import { synthesise } from './synthesise.js';

/** Debian's fonts-dejavu-core and fonts-wqy-microhei. */
const fonts = {
  latin: ['DejaVuSans', 'DejaVuSerif'].map((name) => `/usr/share/fonts/truetype/dejavu/${name}.ttf`),
  cjk: ['/usr/share/fonts/truetype/wqy/wqy-microhei.ttc'],
};
const installed = [...fonts.latin, ...fonts.cjk].every((path) => existsSync(path));
if (!installed) {
  console.warn(
    'Synthetic scenes are not drawn in these tests: install fonts-dejavu-core and fonts-wqy-microhei.',
  );
}

/** Lays out like a font and draws nothing. */
const blank: Canvas = { measure: (text, { size }) => text.length * size, png: async () => new Uint8Array() };

test('a sample has its image on a line of its own, then questions and answers', async () => {
  const [made] = await collect(synthesise(blank, { count: 1, kinds: ['sign'], questions: 2 }));
  expect(made!.sample).toMatchObject({
    id: 'sign-000000',
    task: 'sign',
    split: 'train',
    images: [{ path: 'images/train/sign-000000.png' }],
  });
  expect(made!.sample.turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  expect(made!.sample.turns[0]!.parts.slice(0, 2)).toEqual([
    { type: 'image', imageIndex: 0 },
    { type: 'text', text: '\n' },
  ]);
  expect(made!.graph).toMatchObject({ id: 'sign-000000', kind: 'sign' });
});

test('any stretch is the same as that part of the whole', async () => {
  const whole = await collect(synthesise(blank, { count: 20, seed: 2 }));
  expect(await collect(synthesise(blank, { count: 5, start: 10, seed: 2 }))).toEqual(whole.slice(10, 15));
});

test('refuses counts and kinds that are none', async () => {
  const made = (options: object) => collect(synthesise(blank, { count: 1, ...options }));
  await expect(made({ count: 1.5 })).rejects.toMatchObject({
    code: 'invalid-option',
    facts: { option: 'count' },
  });
  await expect(made({ kinds: [] })).rejects.toMatchObject({ code: 'invalid-option' });
  await expect(made({ kinds: ['photo'] })).rejects.toThrow(
    'Expected kinds among shapes, sign, chart, receipt, page, got photo.',
  );
});

test('stops when aborted, and tells how far it is', async () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const stream = synthesise(blank, {
    count: 9,
    signal: controller.signal,
    onProgress({ loaded }) {
      seen.push(loaded);
      if (loaded === 3) controller.abort(new Error('enough'));
    },
  });
  await expect(collect(stream)).rejects.toThrow('enough');
  expect(seen).toEqual([1, 2, 3]);
});

test('a file that is no font, and no font at all, are named', async () => {
  await expect(openCanvas({ latin: ['missing.ttf'], cjk: [] })).rejects.toMatchObject({
    code: 'font-unreadable',
  });
  await expect(openCanvas({ latin: [], cjk: [] })).rejects.toMatchObject({ code: 'invalid-option' });
});

describe.runIf(installed)('drawn', () => {
  const digests = async (): Promise<string[]> => {
    const canvas = await openCanvas(fonts);
    const made = await collect(synthesise(canvas, { count: 10, seed: 7 }));
    return made.map(({ png }) => createHash('sha256').update(png).digest('hex'));
  };

  test('images are PNG, one like no other, and the same bytes again', async () => {
    const first = await digests();
    expect(new Set(first).size).toBe(10);
    expect(await digests()).toEqual(first);
    const canvas = await openCanvas(fonts);
    const [made] = await collect(synthesise(canvas, { count: 1 }));
    expect([...made!.png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    const [width, height] = [made!.sample.images[0]!.width, made!.sample.images[0]!.height];
    const view = new DataView(made!.png.buffer, made!.png.byteOffset);
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([width, height]);
  });

  test('text is drawn in the fonts given, Chinese too', async () => {
    const canvas = await openCanvas(fonts);
    expect(canvas.measure('出口', { script: 'cjk', face: 0, size: 20 })).toBeCloseTo(40, 0);
    const faces = [0, 1, 2].map((face) =>
      canvas.measure('Sunrise Market', { script: 'latin', face, size: 20 }),
    );
    expect(faces[0]).not.toBe(faces[1]);
    expect(faces[2]).toBe(faces[0]);
  });
});
