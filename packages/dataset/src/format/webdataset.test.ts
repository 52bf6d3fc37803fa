import { expect, test } from 'vitest';
import { sourceOf } from '../source/input.js';
import { BLOCK, writeHeader } from '../tar/header.js';
import { webdataset } from './webdataset.js';

const encoder = new TextEncoder();
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1);

function tar(...members: readonly (readonly [string, string | Uint8Array])[]): Uint8Array {
  const blocks = members.flatMap(([name, content]) => {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content;
    return [writeHeader(name, bytes.length), bytes, new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
  });
  return new Uint8Array(Buffer.concat([...blocks, new Uint8Array(2 * BLOCK)]));
}

async function read(bytes: Uint8Array | AsyncIterable<Uint8Array>) {
  const rows = [];
  for await (const { sample, problems, place } of webdataset.read?.(sourceOf(bytes, 'a.tar')) ?? []) {
    rows.push({ sample, codes: problems.map(({ code }) => code), row: place.row });
  }
  return rows;
}

const row = (image: string | readonly string[], text: string) =>
  JSON.stringify({
    image,
    conversations: [
      { from: 'human', value: text },
      { from: 'gpt', value: 'x' },
    ],
  });

test('captions beside images, as text and as JSON', async () => {
  const rows = await read(
    tar(
      ['s/0001.jpg', png],
      ['s/0001.txt', 'A cat.\n'],
      ['0002.png', png],
      ['0002.json', '{"caption":"一只狗","url":"u"}'],
    ),
  );
  expect(rows).toMatchObject([
    {
      row: 1,
      codes: [],
      sample: {
        id: '0001',
        images: [{ path: '0001.jpg', bytes: png }],
        turns: [{}, { parts: [{ text: 'A cat.' }] }],
      },
    },
    {
      row: 2,
      codes: [],
      sample: { id: '0002', turns: [{}, { parts: [{ text: '一只狗' }] }], meta: { url: 'u' } },
    },
  ]);
});

test('conversations with their images by name, else by order', async () => {
  const other = Uint8Array.of(0xff, 0xd8, 0xff);
  const rows = await read(
    tar(
      ['a.json', row(['x/b.png', 'x/a.jpg'], '<image><image>')],
      ['a.0.png', png],
      ['a.1.jpg', other],
      ['c.json', row('c.png', '<image>')],
      ['c.png', png],
    ),
  );
  expect(rows.map(({ sample }) => sample?.images)).toEqual([
    [
      { path: 'x/b.png', bytes: png },
      { path: 'x/a.jpg', bytes: other },
    ],
    [{ path: 'c.png', bytes: png }],
  ]);
});

test('what is wrong: JSON, members, order, a cut', async () => {
  const bytes = tar(
    ['a.json', '{"a":'],
    ['b.txt', 'alone'],
    ['c.json', row('c.png', '<image>')],
    ['b.png', png],
    ['d.json', row('d.png', '<image>')],
  );
  expect((await read(bytes)).map(({ codes, row }) => [row, ...codes])).toEqual([
    [1, 'json-invalid'],
    [2, 'members-unknown'],
    [3],
    [4, 'tar-order'],
    [4, 'members-unknown'],
    [5],
  ]);
  const cut = await read(bytes.slice(0, bytes.length - 2 * BLOCK - 480));
  expect(cut.at(-1)).toMatchObject({ codes: ['tar-cut'] });
  const open = await read(bytes.slice(0, bytes.length - 2 * BLOCK));
  expect(open.slice(-2).map(({ codes }) => codes)).toEqual([[], ['tar-end']]);
  expect((await read(encoder.encode('no tar at all'.repeat(100)))).map(({ codes }) => codes)).toEqual([
    ['tar-header'],
  ]);
});

test('a sample without end is told once, and the next one is read', async () => {
  const member = tar(['bomb.0.png', new Uint8Array(2 ** 20)]).subarray(0, BLOCK + 2 ** 20);
  async function* pieces() {
    for (let count = 0; count < 300; count++) yield member;
    yield tar(['ok.json', row('ok.png', '<image>')], ['ok.png', png]);
  }
  expect((await read(pieces())).map(({ codes }) => codes)).toEqual([['sample-too-large'], []]);
});
