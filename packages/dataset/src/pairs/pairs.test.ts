import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../error.js';
import type { Problem } from '../sample/problem.js';
import type { Input } from '../source/input.js';
import { type PairsOptions, pairs } from './pairs.js';

const founding = 'English Questions,Chinese Answers\n';

async function read(input: Input | string, options: PairsOptions = {}) {
  const problems: Problem[] = [];
  const given: object[] = [];
  const source = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const iterator = pairs(source, {
    name: 'data.csv',
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  try {
    for (;;) {
      const next = await iterator.next();
      if (next.done) return { given, problems, summary: next.value, error: undefined };
      given.push(next.value);
    }
  } catch (error) {
    if (!DatasetError.is(error)) throw error;
    return { given, problems, summary: undefined, error };
  }
}

const two = [
  { english_question: 'What is this?', chinese_answer: '一只猫' },
  { english_question: 'How many?', chinese_answer: '两只' },
];
const rows = 'What is this?,一只猫\nHow many?,两只\n';

describe('a table as it comes', () => {
  test.each([
    ['plain', founding + rows],
    ['byte order mark', `\uFEFF${founding}${rows}`],
    ['CRLF', `${founding}${rows}`.replaceAll('\n', '\r\n')],
    ['CR', `${founding}${rows}`.replaceAll('\n', '\r')],
    ['mixed line ends', `English Questions,Chinese Answers\r\nWhat is this?,一只猫\nHow many?,两只\r`],
    ['no last line end', (founding + rows).trimEnd()],
    ['blank lines behind, between and before', `\n\n${founding}\r\n${rows}\n\r\n\n`],
    ['semicolons', `${founding}${rows}`.replaceAll(',', ';')],
    ['tabs', `${founding}${rows}`.replaceAll(',', '\t')],
    ['a stated separator', `sep=;\n${`${founding}${rows}`.replaceAll(',', ';')}`],
    ['blanks around the header', ` English Questions , Chinese Answers\u00A0\n${rows}`],
    ['a header broken in two', `"English\r\nQuestions",Chinese  Answers\n${rows}`],
    ['a quoted header', `"English Questions","Chinese Answers"\n${rows}`],
    [
      'other columns, another order',
      'x,Chinese Answers,y,English Questions\n,一只猫,1,What is this?\n,两只,2,How many?\n',
    ],
    [
      'a double column nobody needs',
      `English Questions,Chinese Answers,x,x\nWhat is this?,一只猫,,\nHow many?,两只,1,2\n`,
    ],
    ['separators behind', 'English Questions,Chinese Answers,,\nWhat is this?,一只猫,,\nHow many?,两只\n'],
  ])('%s', async (_, text) => {
    expect(await read(text)).toMatchObject({ given: two, problems: [], summary: { rows: 2, pairs: 2 } });
  });

  test('cells are given as they stand', async () => {
    const { given } = await read(`${founding}"Is ""A"", or\nB, right?","  图\r\n二 "\n5" or 6"?,"""好"""\n`);
    expect(given).toEqual([
      { english_question: 'Is "A", or\nB, right?', chinese_answer: '  图\r\n二 ' },
      { english_question: '5" or 6"?', chinese_answer: '"好"' },
    ]);
  });

  test('a separator in the first cell does not mislead', async () => {
    const { given } = await read('"English Questions"\t"Chinese Answers"\nA, B; C, D; E, F?\t是,的\n');
    expect(given).toEqual([{ english_question: 'A, B; C, D; E, F?', chinese_answer: '是,的' }]);
  });

  test('gzip, a Blob, a stream, pieces of one byte', async () => {
    const bytes = new TextEncoder().encode(founding + rows);
    const drops = [...bytes].map((byte) => Uint8Array.of(byte));
    for (const input of [gzipSync(bytes), new Blob([bytes]), new Blob([bytes]).stream(), drops]) {
      expect((await read(input)).given).toEqual(two);
    }
  });

  test('a path is no input here, and the error says where it is', async () => {
    const path: unknown = 'questions.csv';
    // @ts-expect-error on purpose
    await expect(pairs(path).next()).rejects.toMatchObject({ code: 'invalid-option' });
    expect((await read([founding, rows])).given).toEqual(two);
  });

  test('in the order of the file and with bounded memory, whatever its size', async () => {
    async function* endless() {
      yield founding;
      for (let index = 0; ; index++) yield `"Question ${index}","答\n${index}"\n`;
    }
    let seen = 0;
    for await (const pair of pairs(endless())) {
      expect(pair).toEqual({ english_question: `Question ${seen}`, chinese_answer: `答\n${seen}` });
      if (++seen === 5000) break;
    }
    expect(seen).toBe(5000);
  });
});

describe('encodings', () => {
  const text = `${founding}What is this?,这是一只猫坐在沙发上的图片\nHow many?,有两只\n`;
  const given = [
    { english_question: 'What is this?', chinese_answer: '这是一只猫坐在沙发上的图片' },
    { english_question: 'How many?', chinese_answer: '有两只' },
  ];
  const utf16le = (content: string) => new Uint8Array(Buffer.from(content, 'utf16le'));
  const utf16be = (content: string) => new Uint8Array(Buffer.from(content, 'utf16le').swap16());
  // The same rows in GB 18030: `iconv -t gb18030`.
  const gb = new Uint8Array([
    ...new TextEncoder().encode(`${founding}What is this?,`),
    ...Buffer.from('d5e2cac7d2bbd6bbc3a8d7f8d4dac9b3b7a2c9cfb5c4cdbcc6ac', 'hex'),
    ...new TextEncoder().encode('\nHow many?,'),
    ...Buffer.from('d3d0c1bdd6bb', 'hex'),
    10,
  ]);

  test.each([
    ['utf-16le', utf16le(`\uFEFF${text}`)],
    ['utf-16be', utf16be(`\uFEFF${text}`)],
    ['utf-16le', utf16le(text)],
    ['utf-16be', utf16be(text)],
    ['gb18030', gb],
  ])('%s is named, and converted when asked for', async (encoding, bytes) => {
    const refused = await read(bytes);
    expect(refused.error).toMatchObject({ code: 'encoding-other', facts: { encoding } });
    expect(refused.error?.message).toContain(`--encoding ${encoding}`);
    expect(refused.given).toEqual([]);
    expect(await read(bytes, { encoding })).toMatchObject({ given, problems: [] });
  });

  test.each(['utf-16', 'UTF16'])('%s follows the byte order mark', async (encoding) => {
    expect((await read(utf16be(`\uFEFF${text}`), { encoding })).given).toEqual(given);
    expect((await read(utf16le(text), { encoding })).given).toEqual(given);
  });

  test.each(['gbk', 'GB2312', 'cp936'])('%s is GB18030', async (encoding) => {
    expect((await read(gb, { encoding })).given).toEqual(given);
  });

  // Pairs that look like UTF-8's two bytes stand among those that do not.
  test.each(['d2bbd6bbc3a8d7f8', 'c4e3bac3', 'cac7b5c4'])('GB 18030 of few characters: %s', async (hex) => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode(`${founding}What?,`),
      ...Buffer.from(hex, 'hex'),
      10,
    ]);
    expect((await read(bytes)).error).toMatchObject({ facts: { encoding: 'gb18030' } });
  });

  test('a damaged accent leaves its file UTF-8', async () => {
    const bytes = new TextEncoder().encode(`${founding}déjà vu?,è\nété?,été\n`);
    bytes[founding.length + 1] = 0xff;
    expect((await read(bytes)).problems).toMatchObject([{ code: 'text-damaged', place: { row: 2 } }]);
  });

  test('also where Chinese begins late', async () => {
    const late = new Uint8Array([
      ...new TextEncoder().encode(founding),
      ...new TextEncoder().encode('a,b\n'.repeat(40_000)),
      ...gb.subarray(founding.length),
    ]);
    const { error, given: before } = await read(late);
    expect(error).toMatchObject({ code: 'encoding-other', facts: { encoding: 'gb18030' } });
    expect(before.length).toBeLessThanOrEqual(40_000);
  });

  test('a wrong guess of the user is told', async () => {
    const utf8 = new TextEncoder().encode(text);
    expect((await read(utf8, { encoding: 'gb18030' })).error).toMatchObject({ code: 'encoding-mismatch' });
    expect((await read(utf16le(`\uFEFF${text}`), { encoding: 'gb18030' })).error).toMatchObject({
      code: 'encoding-mismatch',
      facts: { encoding: 'utf-16le' },
    });
    expect((await read(gb, { encoding: 'utf-8' })).error).toMatchObject({ code: 'encoding-other' });
    expect((await read(utf8, { encoding: 'klingon' })).error).toMatchObject({ code: 'invalid-option' });
  });

  test('damaged UTF-8 is a problem of its row', async () => {
    const bytes = new TextEncoder().encode(text);
    bytes[founding.length + 'What is this?,'.length + 1] = 0xff;
    expect(await read(bytes)).toMatchObject({
      given: [given[1]],
      problems: [{ code: 'text-damaged', place: { row: 2, column: 'Chinese Answers' } }],
    });
  });

  test('a file cut within a character', async () => {
    const bytes = new TextEncoder().encode(text.trimEnd()).slice(0, -1);
    expect(await read(bytes)).toMatchObject({
      given: [given[0]],
      problems: [{ code: 'text-damaged', place: { row: 3, column: 'Chinese Answers' } }],
      error: { code: 'rows-invalid' },
    });
  });

  test.each([
    ['a workbook', [0x50, 0x4b, 3, 4, 20, 0], 'xlsx'],
    ['an old workbook', [0xd0, 0xcf, 0x11, 0xe0], 'xls'],
  ])('%s is no table', async (_, head, word) => {
    const { error } = await read(Uint8Array.from(head));
    expect(error).toMatchObject({ code: 'file-no-text', message: expect.stringContaining(word) });
  });
});

describe('what is wrong', () => {
  test('empty cells, cut rows, rows too wide, NUL, quotes: each with row, line and column', async () => {
    const { given, problems, error } = await read(
      `${founding}"two\nlines",好\n,空\nWhy?, \n,\nshort\nA, B?,是\nN\0,空\nq,"a"b\nok,好\nlast,"cut`,
    );
    expect(given).toEqual([
      { english_question: 'two\nlines', chinese_answer: '好' },
      { english_question: 'ok', chinese_answer: '好' },
    ]);
    expect(problems.map(({ code, place: { row, line, column } }) => [code, row, line, column])).toEqual([
      ['cell-empty', 3, 4, 'English Questions'],
      ['cell-empty', 4, 5, 'Chinese Answers'],
      ['cell-empty', 5, 6, 'English Questions'],
      ['cell-empty', 5, 6, 'Chinese Answers'],
      ['cell-missing', 6, 7, 'Chinese Answers'],
      ['row-too-wide', 7, 8, 'column 3'],
      ['character-nul', 8, 9, 'English Questions'],
      ['quote-misplaced', 9, 10, 'Chinese Answers'],
      ['quote-unclosed', 11, 12, 'Chinese Answers'],
    ]);
    expect(error).toMatchObject({
      code: 'rows-invalid',
      facts: { rows: 10, pairs: 2, skipped: 8, errors: 9 },
    });
    expect(error?.message).toContain('row 3 (line 4), column "English Questions"');
  });

  test('skipBad: no error, counts', async () => {
    expect(await read(`${founding},a\nQ,答\n`, { skipBad: true })).toMatchObject({
      given: [{ english_question: 'Q', chinese_answer: '答' }],
      summary: { rows: 2, pairs: 1, skipped: 1, errors: 1 },
      error: undefined,
    });
  });

  test.each([
    ['', 'table-empty'],
    ['\n\n', 'table-empty'],
    ['\uFEFF', 'table-empty'],
    ['a,b\n1,2\n', 'table-unusable'],
    ['English Questions\nWhat?\n', 'table-unusable'],
    ['English Questions,Chinese Answers,English Questions\na,b,c\n', 'table-unusable'],
  ])('%j', async (text, code) => {
    const { error, given } = await read(text);
    expect(error).toMatchObject({ code });
    expect(given).toEqual([]);
  });

  test('a missing column is named with its row, what is there, and a way out', async () => {
    const { problems, error } = await read('English question,Chinese Answers\na,b\n');
    expect(problems).toMatchObject([
      { code: 'column-missing', place: { row: 1, column: 'English Questions' } },
    ]);
    expect(error?.message).toContain('did you mean --column question_en="English question"?');
    expect((await read('a,b\n')).problems).toHaveLength(2);
  });

  test('a header alone is a table of no rows, and said to be', async () => {
    expect(await read(founding)).toMatchObject({
      given: [],
      problems: [{ code: 'rows-none', severity: 'warning' }],
      summary: { rows: 0 },
    });
  });

  test('without onProblem the error holds them', async () => {
    const iterator = pairs(new TextEncoder().encode(`${founding}a,\n`), { name: 'x.csv' });
    await expect(iterator.next()).rejects.toMatchObject({
      code: 'rows-invalid',
      facts: { problems: [{ code: 'cell-empty', place: { file: 'x.csv', row: 2 } }] },
    });
  });

  test('an abort is the signal’s reason; leaving early ends the source', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let ended = false;
    async function* endless() {
      try {
        yield founding;
        for (;;) yield 'Q,答\n'.repeat(20_000);
      } finally {
        ended = true;
      }
    }
    const iterator = pairs(endless(), { signal: controller.signal });
    await iterator.next();
    controller.abort(reason);
    await expect(
      (async () => {
        for (;;) await iterator.next();
      })(),
    ).rejects.toBe(reason);
    for await (const _ of pairs(endless())) break;
    expect(ended).toBe(true);
  });
});

describe('columns and directions', () => {
  const rich = [
    'id,image,question_en,answer_zh,question_zh,answer_en,task,source,split,license',
    '1,a.png,What?,猫,什么?,A cat,vqa,own,train,CC0',
    '2,"b.png; c.png",How?,好,,,,,,',
    '3,,Why?,,,Because,,,,',
    '4,,,,,,,,,',
  ].join('\n');

  test('other names by a map', async () => {
    const columns = { question_en: 'Frage', answer_zh: '回答' };
    const text = '回答;Nr.;Frage\n是;1;Ja?\n';
    expect((await read(text, { columns })).given).toEqual([
      { english_question: 'Ja?', chinese_answer: '是' },
    ]);
    expect((await read(text, { columns: { ...columns, id: 'Nr' } })).error).toMatchObject({
      code: 'table-unusable',
    });
    expect((await read(text, { columns: JSON.parse('{"answer_fr":"x"}') })).error).toMatchObject({
      code: 'invalid-option',
    });
  });

  test('the rich table: four directions, in the order asked for', async () => {
    const { given, problems, summary } = await read(rich, {
      pairing: ['en-zh', 'en-en', 'zh-zh', 'zh-en'],
      skipBad: true,
    });
    const facts = { id: '1', image: 'a.png', task: 'vqa', source: 'own', split: 'train', license: 'CC0' };
    expect(given).toEqual([
      { english_question: 'What?', chinese_answer: '猫', pairing: 'en-zh', ...facts },
      { english_question: 'What?', english_answer: 'A cat', pairing: 'en-en', ...facts },
      { chinese_question: '什么?', chinese_answer: '猫', pairing: 'zh-zh', ...facts },
      { chinese_question: '什么?', english_answer: 'A cat', pairing: 'zh-en', ...facts },
      {
        english_question: 'How?',
        chinese_answer: '好',
        pairing: 'en-zh',
        id: '2',
        image: ['b.png', 'c.png'],
      },
      { english_question: 'Why?', english_answer: 'Because', pairing: 'en-en', id: '3' },
    ]);
    expect(problems.map(({ place: { row, column } }) => [row, column])).toEqual([
      [5, 'question_en'],
      [5, 'answer_zh'],
      [5, 'question_zh'],
      [5, 'answer_en'],
    ]);
    expect(summary).toMatchObject({
      rows: 4,
      pairs: 6,
      skipped: 1,
      directions: {
        'en-zh': { pairs: 2, without: 1 },
        'en-en': { pairs: 2, without: 1 },
        'zh-zh': { pairs: 1, without: 2 },
        'zh-en': { pairs: 1, without: 2 },
      },
    });
  });

  test('without a pairing the rich table gives English questions and Chinese answers', async () => {
    const { given, problems } = await read(rich, { skipBad: true });
    expect(given.map((pair) => Object.keys(pair).slice(0, 2))).toEqual(
      Array.from({ length: 2 }, () => ['english_question', 'chinese_answer']),
    );
    expect(problems.map(({ place: { row, column } }) => [row, column])).toEqual([
      [4, 'answer_zh'],
      [5, 'question_en'],
      [5, 'answer_zh'],
    ]);
  });

  test('a direction needs its columns', async () => {
    expect((await read(founding + rows, { pairing: ['en-zh', 'zh-zh'] })).error).toMatchObject({
      code: 'table-unusable',
      message: expect.stringContaining('question_zh'),
    });
    expect((await read(founding, { pairing: [] })).error).toMatchObject({ code: 'invalid-option' });
  });
});
