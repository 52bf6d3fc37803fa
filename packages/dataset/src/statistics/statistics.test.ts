import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { planTiles } from '@internvl/tiling';
import { loadTokenizer } from '@internvl/tokenizer';
import { conversationTemplate } from '@internvl/tokenizer/templates';
import { beforeAll, describe, expect, it } from 'vitest';
import { readInternvlRow } from '../format/internvl.js';
import { statisticsHtml } from '../report/statistics-html.js';
import { describeStatistics } from '../report/statistics-text.js';
import { type BudgetOptions, costOf } from '../rules/budget.js';
import type { JsonObject } from '../sample/json.js';
import type { Reading } from '../sample/reading.js';
import { AnswerCounter } from './answer-counter.js';
import { DistributionCounter } from './distribution.js';
import { statistics } from './statistics.js';
import type { DataFile } from './statistics-options.js';

const nano = new URL('../../../../models/nano/', import.meta.url).pathname;
let budget: BudgetOptions;
beforeAll(async () => {
  const names = (await readdir(nano)).filter((name) => /^(tokenizer|special|added)/.test(name));
  const files = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, new Uint8Array(await readFile(join(nano, name)))] as const),
    ),
  );
  budget = {
    tokenizer: loadTokenizer(files),
    template: conversationTemplate('internlm2-chat', { systemMessage: '' }),
  };
});

function row(question: string, answer: string, more: JsonObject = {}): JsonObject {
  return {
    id: 'r',
    ...more,
    conversations: [
      { from: 'human', value: question },
      { from: 'gpt', value: answer },
    ],
  };
}

function file(name: string, rows: readonly JsonObject[], repeat?: number): DataFile {
  async function* readings(): AsyncGenerator<Reading> {
    for (const [index, each] of rows.entries()) yield readInternvlRow(each, { file: name, line: index + 1 });
  }
  return { name, file: name, readings: readings(), repeat };
}

const sized = { image: 'a.jpg', width: 1000, height: 747 };

describe('statistics', () => {
  it('count by data set and by language', async () => {
    const found = await statistics([
      file(
        'shapes',
        [
          row('<image>\nHow many?', 'Two', sized),
          row('What is it?', 'It is a dog.', { lang: 'en' }),
          { id: 'x' },
        ],
        0.5,
      ),
      file(
        'signs',
        [row('<image>\n写着什么？', '营业中', { ...sized, lang: 'zh', task: 'ocr' }), row('是吗？', '是')],
        3,
      ),
    ]);
    expect(found.all).toMatchObject({
      rows: 5,
      unreadable: 1,
      textOnly: 2,
      turns: 8,
      images: 2,
      unknownSizes: 0,
    });
    expect(found.all.languages).toEqual({ zh: 2, en: 1, latin: 1 });
    expect(found.datasets.shapes).toMatchObject({ rows: 3, unreadable: 1, languages: { en: 1, latin: 1 } });
    expect(found.languages.zh).toMatchObject({ rows: 2, images: 1, tasks: { ocr: 1, '': 1 } });
    expect(found.mixture).toEqual([
      { name: 'shapes', rows: 3, repeat: 0.5, effective: 1, share: 1 / 7 },
      { name: 'signs', rows: 2, repeat: 3, effective: 6, share: 6 / 7 },
    ]);
    expect(found.all.answerLength).toMatchObject({ count: 4, most: 12, least: 1 });
    expect(found.all.tokens).toBeUndefined();
  });

  it('plan tiles under each limit, from declared sizes or from where files are', async () => {
    const unsized = row('<image> a', 'b', { image: 'b.jpg' });
    const found = await statistics([file('a', [row('<image> a', 'b', sized), unsized])], {
      tileLimits: [1, 12],
      imageSize: async ({ path }) => (path === 'b.jpg' ? { width: 448, height: 448 } : undefined),
    });
    const { tiles } = planTiles({ width: 1000, height: 747 }, { maxTiles: 12 });
    expect(found.all.tiles).toEqual([
      { maxTiles: 1, images: { 1: 2 }, tiles: 2, mean: 1 },
      { maxTiles: 12, images: { 1: 1, [tiles]: 1 }, tiles: tiles + 1, mean: (tiles + 1) / 2 },
    ]);
    expect(found.all.aspectRatios).toMatchObject({ square: 1, '10:9 to 8:5': 1 });
    expect((await statistics([file('a', [unsized])])).all.unknownSizes).toBe(1);
  });

  it('count tokens as the budget rule does, and what of them is trained', async () => {
    const rows = [
      row('<image>\nHow many?', 'Two', sized),
      row('Which?', 'word '.repeat(300)),
      row('<image> a', 'b', { image: 'b.jpg' }),
    ];
    const { tokens } = (await statistics([file('a', rows)], { budget: { ...budget, maxTokens: 1000 } })).all;
    const first = costOf(rows[0]!, [{ width: 1000, height: 747 }], budget);
    const second = costOf(rows[1]!, [], budget);
    expect(tokens).toMatchObject({ overBudget: 1, overBudgetShare: 0.5, uncounted: 1, maxTokens: 1000 });
    expect(tokens?.total).toMatchObject({ count: 2, sum: first.total + second.total });
    expect(tokens?.image.sum).toBe(13 * 256);
    expect(tokens?.text.sum).toBe(first.text + second.text);
    expect(tokens?.labelShare).toBeGreaterThan(0.05);
    expect(tokens?.labelShare).toBeLessThan(0.5);
  });

  it('are told to people as text and as a page that needs nothing', async () => {
    const found = await statistics(
      [file('a<b', [row('<image> a', '<script>', sized)]), file('c', [row('a', 'b')])],
      { budget },
    );
    const text = describeStatistics(found);
    expect(text).toContain('language latin');
    expect(text).toMatch(/tiles ≤ 12/);
    const page = statisticsHtml(found);
    expect(page).toContain('<svg');
    expect(page).not.toMatch(/<script|https?:|src=|href=/);
    expect(page).toContain('a&#60;b');
  });

  it('end when told to', async () => {
    const reason = new Error('enough');
    await expect(
      statistics([file('a', [row('a', 'b')])], { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });
});

describe('DistributionCounter', () => {
  it('is exact below 4096 and near above', () => {
    const counter = new DistributionCounter();
    for (let value = 1; value <= 100; value++) counter.add(value);
    counter.add(1_000_003);
    const { count, sum, median, p95, p99, most, histogram } = counter.distribution;
    expect({ count, sum, median, p95, most }).toEqual({
      count: 101,
      sum: 5050 + 1_000_003,
      median: 51,
      p95: 96,
      most: 1_000_003,
    });
    expect(p99).toBe(100);
    expect(histogram.reduce((total, bin) => total + bin.count, 0)).toBe(101);
    expect(histogram.at(-1)).toEqual({ from: 524288, to: 1048576, count: 1 });
    expect(new DistributionCounter().distribution).toMatchObject({ count: 0, mean: 0, least: 0, median: 0 });
  });
});

describe('AnswerCounter', () => {
  it('folds case and marks, leaves long answers out, and measures how blind guessing would do', () => {
    const counter = new AnswerCounter();
    for (const answer of ['Yes', 'yes.', 'ＹＥＳ', 'no', ' ', 'x'.repeat(61)]) counter.add(answer);
    expect(counter.priors(1)).toEqual({
      short: 4,
      distinct: 2,
      entropy: expect.closeTo(0.811, 3),
      blind: 0.75,
      top: [{ answer: 'yes', count: 3, share: 0.75 }],
      approximate: false,
    });
  });
});
