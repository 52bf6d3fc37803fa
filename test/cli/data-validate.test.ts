import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentOf, nano, runCli } from './run-cli.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-data-'));
  await writeFile(join(folder, 'page.png'), await readFile(join(nano, 'samples', 'page-6.png')));
});
afterAll(() => rm(folder, { recursive: true }));

const row = (id: number, answer: string, more: object = {}): string =>
  JSON.stringify({
    id,
    ...more,
    conversations: [
      { from: 'human', value: 'image' in more ? '<image>\nWhat?' : 'What?' },
      { from: 'gpt', value: answer },
    ],
  });

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

describe('data validate', () => {
  test('a sound file: status 0, nothing found', async () => {
    const path = await file('sound.jsonl', [row(1, 'A page.', { image: 'page.png' }), row(2, 'Nothing.')]);
    const ended = await runCli(['data', 'validate', path, '--json']);
    expect(ended.status).toBe(0);
    expect(documentOf(ended)).toMatchObject({
      ok: true,
      rows: 2,
      badRows: 0,
      errors: 0,
      findings: [],
      omitted: 0,
    });
  });

  test('a broken file: status 1, each finding with code, line, pointer and fix', async () => {
    const path = await file('broken.jsonl', [
      row(1, 'A page.', { image: 'Page.png' }),
      row(2, 'b<|im_end|>'),
      row(2, 'c').slice(0, -8),
      row(2, 'd'),
    ]);
    const ended = await runCli(['data', 'validate', path, '--json']);
    expect(ended.status).toBe(1);
    expect(documentOf(ended)).toMatchObject({
      ok: false,
      rows: 4,
      badRows: 4,
      counts: { 'image-path-case': 1, 'special-token': 1, 'json-cut': 1, 'id-duplicate': 1 },
      findings: [
        { code: 'image-path-case', line: 1, pointer: '/image', severity: 'error', file: path },
        {
          code: 'special-token',
          line: 2,
          pointer: '/conversations/1/value',
          facts: { token: '<|im_end|>', at: 1 },
        },
        { code: 'json-cut', line: 3, pointer: '', fix: expect.stringContaining('Write') },
        { code: 'id-duplicate', line: 4, pointer: '/id', facts: { first: 2 } },
      ],
    });
    const lines = (await runCli(['data', 'validate', path, '--jsonl'])).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ code, line }) => [code, line]).slice(0, -1)).toEqual([
      ['image-path-case', 1],
      ['special-token', 2],
      ['json-cut', 3],
      ['id-duplicate', 4],
    ]);
    expect(lines.at(-1)).toMatchObject({ summary: { ok: false, errors: 4 } });
    const text = await runCli(['data', 'validate', path, '--max-errors', '1']);
    expect(text.stdout).toMatch(/broken\.jsonl:2: error special-token .*\n.*stopped at the limit/s);
  });

  test('quarantine and repair write rows, a missing option is wrong usage', async () => {
    const lines = [row(1, 'a'), row(2, ' '), row(3, '１')];
    const path = await file('mixed.jsonl', lines);
    const out = join(folder, 'good.jsonl');
    const apart = await runCli(['data', 'validate', path, '--mode', 'quarantine', '--out', out]);
    expect(apart.status).toBe(1);
    expect(await readFile(out, 'utf8')).toBe(`${lines[0]}\n${lines[2]}\n`);
    expect(JSON.parse(await readFile(join(folder, 'good.bad.jsonl'), 'utf8'))).toEqual({
      file: path,
      line: 2,
      codes: ['turn-empty'],
      text: lines[1],
    });
    const mended = await runCli([
      'data',
      'validate',
      path,
      '--mode',
      'repair',
      '--fix',
      'all',
      '--out',
      out,
      '--json',
    ]);
    expect(documentOf(mended)).toMatchObject({ repairedRows: 1, repairs: 1, badRows: 1 });
    expect(await readFile(out, 'utf8')).toBe(`${lines[0]}\n${row(3, '1')}\n`);
    expect((await runCli(['data', 'validate', path, '--mode', 'repair', '--out', out])).status).toBe(2);
    expect(
      (await runCli(['data', 'validate', path, '--mode', 'repair', '--fix', 'json-cut', '--out', out]))
        .status,
    ).toBe(2);
    expect((await runCli(['data', 'validate', path, '--out', out])).status).toBe(2);
    expect((await runCli(['data', 'validate'])).status).toBe(2);
  });

  test('the budget of a real model, reports, and the rules themselves', async () => {
    const path = await file('long.jsonl', [row(1, 'word '.repeat(700), { image: 'page.png' })]);
    const report = join(folder, 'report.html');
    const ended = await runCli([
      'data',
      'validate',
      path,
      '--model',
      'nano',
      '--max-tokens',
      '500',
      '--report',
      report,
      '--json',
    ]);
    const found = documentOf(ended);
    expect(found).toMatchObject({ counts: { 'over-budget': 1 } });
    expect(JSON.stringify(found)).toMatch(/row 1: \d+ tiles × 16 \+ \d+ text tokens = \d+ of 500/);
    expect(await readFile(report, 'utf8')).toContain('over-budget');
    const rules = documentOf(await runCli(['data', 'validate', '--rules', '--json']));
    expect(rules).toMatchObject({
      rules: expect.arrayContaining([expect.objectContaining({ code: 'json-cut', severity: 'error' })]),
    });
    expect((await runCli(['data', 'validate', path, '--max-tokens', '5'])).status).toBe(2);
  });

  test('two languages, and an evaluation set', async () => {
    const en = await file('en.jsonl', [row(1, 'Yes', { image: 'page.png' }), row(2, 'There are 12.')]);
    const zh = await file('zh.jsonl', [row(1, '否', { image: 'page.png' }), row(2, '有13个。')]);
    const ended = await runCli(['data', 'validate', en, '--pair', zh, '--eval', zh, '--json']);
    expect(documentOf(ended)).toMatchObject({
      pairs: { pairs: 2 },
      counts: { 'pair-answer-type': 1, 'pair-numbers': 1, 'leakage-image': 1 },
    });
  });
});

describe('data clean', () => {
  test('kept rows stay byte for byte, the others say why, the lineage lies beside', async () => {
    const lines = [
      row(1, 'A page.', { image: 'page.png' }),
      row(2, 'a  page', { image: 'page.png' }),
      row(3, 'Call 13812345678.'),
    ];
    const path = await file('dirty.jsonl', lines);
    const out = join(folder, 'clean.jsonl');
    const ended = await runCli([
      'data',
      'clean',
      path,
      '--out',
      out,
      '--personal-data',
      'redact',
      '--images',
      '--near',
      '0.8',
      '--json',
    ]);
    expect(ended.status).toBe(0);
    expect(documentOf(ended)).toMatchObject({
      rows: 3,
      kept: 2,
      changed: 1,
      removed: { duplicate: 1 },
      personalData: { phone: 1 },
    });
    const [first, second] = (await readFile(out, 'utf8')).trim().split('\n');
    expect(first).toBe(lines[0]);
    expect(second).toContain('Call [PHONE].');
    expect(JSON.parse(await readFile(join(folder, 'clean.removed.jsonl'), 'utf8'))).toMatchObject({
      line: 2,
      code: 'duplicate',
      text: lines[1],
    });
    expect(JSON.parse(await readFile(`${out}.lineage.json`, 'utf8'))).toMatchObject({
      step: 'clean',
      outputs: [{ samples: 2 }, { samples: 1 }],
    });
    expect((await runCli(['data', 'clean', path])).status).toBe(2);
  });
});

describe('data stats', () => {
  test('tokens and tiles with a real model, and a page with charts', async () => {
    const path = await file('some.jsonl', [row(1, 'A page.', { image: 'page.png' }), row(2, '一页')]);
    const report = join(folder, 'stats.html');
    const ended = await runCli(['data', 'stats', path, '--model', 'nano', '--report', report, '--json']);
    expect(ended.status).toBe(0);
    expect(documentOf(ended)).toMatchObject({
      all: { rows: 2, images: 1, unknownSizes: 0, tokens: { uncounted: 0, maxTokens: 4096 } },
      languages: { zh: { rows: 1 } },
    });
    expect(await readFile(report, 'utf8')).toContain('<svg');
    expect((await runCli(['data', 'stats', path, '--report', 'x.pdf'])).status).toBe(2);
  });
});
