import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { TableSplitter } from './table-splitter.js';

/** Rows of a text, pushed in pieces of one size. */
function split(text: string, size = text.length, separator = ',') {
  const splitter = new TableSplitter(separator);
  const rows = [];
  for (let at = 0; at < text.length; at += size) rows.push(...splitter.push(text.slice(at, at + size)));
  return [...rows, ...splitter.end()];
}

const cells = (text: string, size?: number) => split(text, size).map((row) => row.cells);

test.each([
  [
    'a,b\nc,d\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'a,b\r\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'a,b\rc,d\n\ne,f',
    [
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ],
  ],
  ['"a","b ""c"" d"\n', [['a', 'b "c" d']]],
  ['"a\nb\r\nc",d\n', [['a\nb\r\nc', 'd']]],
  ['"a" ,"b"\t\n', [['a', 'b']]],
  ['5" screen,"x"\n', [['5" screen', 'x']]],
  [',\n', [['', '']]],
  ['""\n', [['']]],
  ['a,\n', [['a', '']]],
  ['\n\r\n', []],
  ['', []],
])('%j', (text, expected) => {
  for (const size of [1, 2, 3, 1000]) expect(cells(text, size)).toEqual(expected);
});

test('rows count as in a spreadsheet, lines as in an editor', () => {
  const rows = split('h,i\n"a\nb",c\r\n\r\nd,e');
  expect(rows.map(({ row, line }) => [row, line])).toEqual([
    [1, 1],
    [2, 2],
    [4, 5],
  ]);
});

test('an unclosed quote, a quote out of place, a cell without end', () => {
  expect(split('a,b\nc,"d\ne,f\n').at(-1)).toMatchObject({
    row: 2,
    line: 2,
    fault: { code: 'quote-unclosed', cellIndex: 1, message: expect.stringContaining('line 2') },
  });
  expect(split('a,"b"c,d\ne,f,g')).toMatchObject([
    { fault: { code: 'quote-misplaced', cellIndex: 1 } },
    { cells: ['e', 'f', 'g'] },
  ]);
  const long = new TableSplitter(',', { mostCharacters: 10 });
  const rows = [...long.push(`a,"${'x'.repeat(8)}`), ...long.push('x'.repeat(8)), ...long.push('"\nb,c\n')];
  expect(rows).toMatchObject([{ fault: { code: 'cell-too-long', cellIndex: 1 } }, { cells: ['b', 'c'] }]);
});

test('equal to csv-parse on random tables, however they are cut into pieces', () => {
  let state = 7;
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state % below;
  };
  const alphabet = ['a', '图', ' ', '"', ',', '\n', '\r\n', ';', '😀', ''];
  for (let round = 0; round < 300; round++) {
    const table = Array.from({ length: 1 + random(4) }, () =>
      Array.from({ length: 3 }, () =>
        Array.from({ length: random(6) }, () => alphabet[random(alphabet.length)] ?? '').join(''),
      ),
    );
    const end = random(2) === 0 ? '\n' : '\r\n';
    const text = table.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join(end);
    expect(cells(text, 1 + random(5))).toEqual(table);
    expect(parse(text)).toEqual(table);
  }
});
