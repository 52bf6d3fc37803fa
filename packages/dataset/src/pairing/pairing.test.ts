import { describe, expect, it } from 'vitest';
import { readInternvlRow } from '../format/internvl.js';
import type { ProblemInput } from '../rules/validate-options.js';
import type { JsonObject } from '../sample/json.js';
import type { Reading } from '../sample/reading.js';
import { answerKind, optionLetters } from './answer-kind.js';
import { leakageProblems } from './leakage.js';
import { readAlignment } from './pair-key.js';
import { type PairCounts, type PairSide, pairProblems } from './pair-problems.js';

function row(id: string, question: string, answer: string, more: JsonObject = {}): JsonObject {
  return {
    id,
    ...more,
    conversations: [
      { from: 'human', value: question },
      { from: 'gpt', value: answer },
    ],
  };
}

function side(file: string, rows: readonly JsonObject[]): PairSide {
  async function* readings(): AsyncGenerator<Reading> {
    for (const [index, each] of rows.entries()) yield readInternvlRow(each, { file, line: index + 1 });
  }
  return { file, readings: readings() };
}

async function places(problems: AsyncIterable<ProblemInput>): Promise<string[]> {
  const found: string[] = [];
  for await (const { problem } of problems) {
    found.push(`${problem.file}:${problem.line} ${problem.code} ${problem.pointer}`.trim());
  }
  return found;
}

const pair = (first: JsonObject, second: JsonObject) =>
  places(pairProblems(side('en', [first]), side('zh', [second])));

describe('pairs', () => {
  it('that say the same have nothing wrong, and are counted by direction', async () => {
    const counts: PairCounts = { pairs: 0, directions: {} };
    const en = [
      row('1', '<image>\nHow many circles?', 'There are two circles.', { image: 'a.jpg', lang: 'en' }),
      row('2', 'Which?\nA. red\nB. blue', 'B', { lang: 'en' }),
      row('3', 'Is it?', 'Yes.', { lang: 'en' }),
      row('4', 'Where?', '<ref>dog</ref><box>[[1, 2, 300, 400]]</box>', { lang: 'en' }),
      row('5', 'How much?', '1,200', { lang: 'en' }),
    ];
    const zh = [
      row('1', '<image>\n有几个圆形？', '有2个圆形。', { image: 'a.jpg', lang: 'zh' }),
      row('2', '哪一个？\nA．红色\nB．蓝色', 'B。', { lang: 'zh' }),
      row('3', '是吗？', '是的', { lang: 'zh' }),
      row('4', '在哪里？', '<ref>狗</ref><box>[[1, 2, 300, 401]]</box>', { lang: 'zh' }),
      row('5', '多少钱？', '1200', { lang: 'zh' }),
    ];
    expect(await places(pairProblems(side('en', en), side('zh', zh), { counts }))).toEqual([]);
    expect(counts).toEqual({ pairs: 5, directions: { 'en-zh': 5 } });
  });

  it.each<[string, JsonObject, JsonObject, string[]]>([
    [
      'other images',
      row('1', '<image> a', 'b', { image: 'a.jpg' }),
      row('1', '<image> 甲', '乙', { image: 'b.jpg' }),
      ['en:1 pair-images /images'],
    ],
    [
      'other turns',
      row('1', 'a', 'b'),
      { id: '1', conversations: [{ from: 'human', value: '甲' }] },
      ['en:1 pair-turns /turns'],
    ],
    [
      'a number',
      row('1', 'a', 'There are 12 dogs.'),
      row('1', '甲', '有13只狗。'),
      ['en:1 pair-numbers /turns/1'],
    ],
    [
      'a box',
      row('1', 'a', '<box>[[1, 2, 3, 4]]</box>'),
      row('1', '甲', '<box>[[1, 2, 30, 4]]</box>'),
      ['en:1 pair-boxes /turns/1'],
    ],
    [
      'a box too few',
      row('1', 'a', '<box>[[1, 2, 3, 4]]</box>'),
      row('1', '甲', '乙'),
      ['en:1 pair-boxes /turns/1'],
    ],
    ['an option', row('1', 'A. red B. blue', 'A'), row('1', 'A. 红', 'A'), ['en:1 pair-options /turns/0']],
    ['another letter', row('1', 'a', 'A'), row('1', '甲', 'B'), ['en:1 pair-answer-type /turns/1']],
    ['the opposite', row('1', 'a', 'Yes'), row('1', '甲', '否'), ['en:1 pair-answer-type /turns/1']],
    [
      'a sentence for a letter',
      row('1', 'a', 'A'),
      row('1', '甲', '红色的那个'),
      ['en:1 pair-answer-type /turns/1'],
    ],
    [
      'a placeholder',
      row('1', '<image> a', 'b', { image: ['a.jpg'] }),
      { ...row('1', '甲', '乙'), image: ['a.jpg'] },
      ['en:1 pair-placeholders /turns/0'],
    ],
  ])('%s', async (_, first, second, expected) => {
    expect(await pair(first, second)).toEqual(expected);
  });

  it('find each other by id, by image and order, or by a list', async () => {
    const en = [
      row('1', '<image> a', 'b', { image: 'x.jpg' }),
      row('2', '<image> c', 'd', { image: 'x.jpg' }),
      row('3', 'e', 'f'),
    ];
    const zh = [
      row('9', '<image> 甲', '乙', { image: 'x.jpg' }),
      row('8', '<image> 丙', '丁', { image: 'x.jpg' }),
    ];
    expect(await places(pairProblems(side('en', en), side('zh', zh)))).toEqual([
      'en:1 pair-missing',
      'en:2 pair-missing',
      'en:3 pair-missing',
      'zh:1 pair-missing',
      'zh:2 pair-missing',
    ]);
    expect(await places(pairProblems(side('en', en), side('zh', zh), { by: 'image' }))).toEqual([
      'en:3 pair-missing',
    ]);
    const by = readAlignment({ 1: '9', 2: '8', 3: '9' });
    expect(await places(pairProblems(side('en', en), side('zh', zh), { by }))).toEqual([
      'en:3 pair-ambiguous',
    ]);
    const twice = [...zh, row('9', '甲', '乙')];
    expect(await places(pairProblems(side('en', []), side('zh', twice)))).toEqual([
      'zh:3 pair-ambiguous',
      'zh:1 pair-missing',
      'zh:2 pair-missing',
    ]);
  });

  it('want a list that is one', () => {
    expect(readAlignment([['a', 1]])).toEqual(new Map([['a', '1']]));
    expect(() => readAlignment({ a: [1] })).toThrow(/Expected/);
    expect(() => readAlignment('x')).toThrow(/Expected/);
  });
});

describe('answers', () => {
  it.each([
    ['Yes.', 'yes'],
    ['是的。', 'yes'],
    ['没有', 'no'],
    ['(B)', 'letter'],
    ['Ｃ', 'letter'],
    ['1,200', 'number'],
    ['-3.5%', 'number'],
    ['Not visible', 'text'],
  ])('%s is %s', (text, kind) => {
    expect(answerKind(text).kind).toBe(kind);
  });

  it('options are letters with a mark and something behind it', () => {
    expect(optionLetters('Which?\nA. red\n(B) blue\nC、green\nD：none')).toBe('ABCD');
    expect(optionLetters('Plan A is good. See B.')).toBe('');
  });
});

describe('leakage', () => {
  it('is an image, or a text, in both sets, whatever the language', async () => {
    const train = [
      row('1', '<image>\n这是什么？', '一只狗', { image: 'a.jpg' }),
      row('2', 'What colour is the large round thing in the middle?', 'It is red.'),
      row('3', 'Yes?', 'No.'),
    ];
    const held = [
      row('7', '<image>\nWhat is it?', 'A dog', { image: 'a.jpg' }),
      row('8', 'What colour is the large round thing in the middle?', 'it is red'),
      row('9', 'Yes?', 'No.'),
    ];
    expect(await places(leakageProblems(side('train', train), side('eval', held)))).toEqual([
      'train:1 leakage-image /images/0',
      'train:2 leakage-text',
    ]);
    const imageKey = async () => 'same content';
    expect(
      await places(
        leakageProblems(side('train', [{ ...train[0]!, image: 'b.jpg' }]), side('eval', held), { imageKey }),
      ),
    ).toEqual(['train:1 leakage-image /images/0']);
  });
});
