import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../source/byte-source.js';
import { sourceOf } from '../source/input.js';
import { jsonLines } from './json-lines.js';
import { jsonList, jsonRows } from './json-list.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** The bytes in pieces of a size, the same buffer for each, as some streams do. */
function pieces(bytes: Uint8Array, size: number): ByteSource {
  return sourceOf(
    (async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
    })(),
    'a.json',
  );
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

const random = (() => {
  let state = 11;
  return (below: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state % below;
  };
})();

function randomValue(depth: number): unknown {
  const texts = ['', 'a', '图', '"', '\\', '[', '}', ',', '\n', '😀', ':'];
  switch (random(depth > 2 ? 5 : 7)) {
    case 0:
      return null;
    case 1:
      return random(2) === 0;
    case 2:
      return random(1000) - 500;
    case 3:
    case 4:
      return Array.from({ length: random(4) }, () => texts[random(texts.length)]).join('');
    case 5:
      return Array.from({ length: random(4) }, () => randomValue(depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random(4) }, (_, index) => [
          `${texts[random(texts.length)]}${index}`,
          randomValue(depth + 1),
        ]),
      );
  }
}

describe('a list', () => {
  test('gives what JSON.parse gives, however it is spaced and cut', async () => {
    for (let round = 0; round < 200; round++) {
      const list = Array.from({ length: random(6) }, () => randomValue(0));
      const text = JSON.stringify(list, null, random(3));
      const rows = await all(jsonList(pieces(bytesOf(text), 1 + random(9))));
      expect(rows.map(({ value }) => value)).toEqual(list);
      expect(rows.every(({ problems }) => problems.length === 0)).toBe(true);
    }
  });

  test('the lists of an object, with their keys; other values are passed over', async () => {
    const document = {
      info: { a: [1, { b: '],' }] },
      images: [{ id: 1 }],
      'k"ey': [2, 3],
      empty: [],
      n: -1.5,
      annotations: ['x'],
    };
    for (const [size, space] of [
      [1, 0],
      [4, 2],
      [1000, 0],
    ] as const) {
      const rows = await all(jsonList(pieces(bytesOf(JSON.stringify(document, null, space)), size)));
      expect(rows.map(({ key, value, place }) => [key, value, place.pointer])).toEqual([
        ['images', { id: 1 }, '/images/0'],
        ['k"ey', 2, '/k"ey/0'],
        ['k"ey', 3, '/k"ey/1'],
        ['annotations', 'x', '/annotations/0'],
      ]);
    }
  });

  test('a bad element is told with its row, line and offset; those behind it are read', async () => {
    const text = '[\n{"a": 1},\n{"a": NaN},\n{"a": "\xff"},\n3\n]';
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const rows = await all(jsonList(pieces(bytes, 5)));
    expect(rows.map(({ value, problems }) => value ?? problems[0]?.code)).toEqual([
      { a: 1 },
      'json-invalid',
      'utf8-invalid',
      3,
    ]);
    expect(rows[1]?.place).toEqual({ file: 'a.json', row: 2, line: 3, byteOffset: 12, pointer: '/1' });
  });

  test.each([
    ['', 'list-missing'],
    [' \n', 'list-missing'],
    ['hello', 'list-missing'],
    ['[1, 2', 'list-cut'],
    ['[1, {"a": [', 'list-cut'],
    ['{"a": [1]', 'list-cut'],
  ])('%j: %s', async (text, code) => {
    const rows = await all(jsonList(pieces(bytesOf(text), 3)));
    expect(rows.at(-1)?.problems).toMatchObject([{ code }]);
  });

  test('an element without end is held up to the limit and passed over', async () => {
    const text = `[1,"${'x'.repeat(5000)}",2,${'['.repeat(3000)}${']'.repeat(3000)}]`;
    const rows = await all(jsonList(pieces(bytesOf(text), 100), { mostBytes: 1000 }));
    expect(rows.map(({ value, problems }) => value ?? problems[0]?.code)).toEqual([
      1,
      'line-too-long',
      2,
      'line-too-long',
    ]);
    const deep = await all(jsonList(pieces(bytesOf(text), 100)));
    expect(deep[3]?.problems).toMatchObject([{ code: 'json-too-deep' }]);
  });
});

describe('lines', () => {
  test('CRLF, blank lines, a byte order mark, no last end: lines and offsets stay right', async () => {
    const text = '\uFEFF{"a":1}\r\n\n  \n{"a":"图"}\n[2]';
    for (const size of [1, 2, 7, 100]) {
      const rows = await all(jsonLines(pieces(bytesOf(text), size)));
      expect(rows.map(({ value, place }) => [value, place.line, place.byteOffset])).toEqual([
        [{ a: 1 }, 1, 0],
        [{ a: '图' }, 4, 16],
        [[2], 5, 28],
      ]);
    }
  });

  test('bad lines are told, and those behind them read', async () => {
    const bytes = Uint8Array.from(
      `{"a":\n"\xff"\n${'x'.repeat(200)}\n${'['.repeat(20)}${']'.repeat(20)}\n1\n`,
      (letter) => letter.charCodeAt(0),
    );
    const rows = await all(jsonLines(pieces(bytes, 9), { mostBytes: 100, mostDepth: 10 }));
    expect(rows.map(({ value, problems, place }) => [place.line, value ?? problems[0]?.code])).toEqual([
      [1, 'json-invalid'],
      [2, 'utf8-invalid'],
      [3, 'line-too-long'],
      [4, 'json-too-deep'],
      [5, 1],
    ]);
  });

  test('a worker’s share by offsets', async () => {
    const bytes = bytesOf('{"a":1}\n{"a":2}\n{"a":3}\n');
    const rows = await all(jsonLines(sourceOf(bytes), { start: 8, end: 16 }));
    expect(rows.map(({ value, place }) => [value, place.byteOffset])).toEqual([[{ a: 2 }, 8]]);
  });
});

describe('either', () => {
  test.each([
    ['[{"a":1},{"a":2}]', 2],
    ['\n [\n1]', 1],
    ['{"a":1}\n{"a":2}\n', 2],
    ['{"a":1}', 1],
    ['{"data":[1,2,3]}', 3],
    ['{\n"data":\n[1,2]}', 2],
    ['{"a":\n', 1],
  ])('%j', async (text, count) => {
    for (const size of [1, 4, 1000])
      expect(await all(jsonRows(pieces(bytesOf(text), size)))).toHaveLength(count);
  });
});
