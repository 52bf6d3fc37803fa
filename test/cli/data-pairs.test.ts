import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentOf, linesOf, runCli } from './run-cli.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-pairs-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: string | Uint8Array, name = 'data.csv'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const header = 'English Questions,Chinese Answers\r\n';
const good = `${header}"What, ""now""?","一只猫\n坐着"\r\nHow many?,两只\r\n`;
const pairs = [
  { english_question: 'What, "now"?', chinese_answer: '一只猫\n坐着' },
  { english_question: 'How many?', chinese_answer: '两只' },
];

test('one pair per line, in the order of the file, with no options', async () => {
  const path = await file(`\uFEFF${good}`);
  const ended = await runCli(['data', 'pairs', path]);
  expect(ended).toEqual({
    status: 0,
    stdout: pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''),
    stderr: '',
  });
  expect(documentOf(await runCli(['data', 'pairs', path, '--json']))).toEqual({
    pairs,
    rows: 2,
    skipped: 0,
    errors: 0,
    directions: { 'en-zh': { pairs: 2, without: 0 } },
    problems: [],
  });
});

test('standard input, packed or not', async () => {
  for (const input of [good, gzipSync(good)]) {
    expect(linesOf(await runCli(['data', 'pairs', '-'], { input }))).toEqual(pairs);
  }
});

test('problems with row and column, all of them, status 1; --skip-bad counts them', async () => {
  const path = await file(`${good},空\r\nWhy?,\r\nOk?,好\r\nshort`);
  const ended = await runCli(['data', 'pairs', path]);
  expect(ended.status).toBe(1);
  expect(linesOf(ended)).toEqual([...pairs, { english_question: 'Ok?', chinese_answer: '好' }]);
  const lines = ended.stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toContain(`${path}: row 4 (line 5), column "English Questions": `);
  expect(lines[1]).toContain('row 5 (line 6), column "Chinese Answers"');
  expect(lines[2]).toContain('row 7 (line 8), column "Chinese Answers"');
  expect(lines[3]).toMatch(/^internvl: rows-invalid: .*--skip-bad/);

  const skipped = await runCli(['data', 'pairs', path, '--skip-bad']);
  expect(skipped.status).toBe(0);
  expect(skipped.stderr).toContain('left out 3 of 6 rows; 3 pairs');
  expect(documentOf(await runCli(['data', 'pairs', path, '--skip-bad', '--json']))).toMatchObject({
    rows: 6,
    skipped: 3,
  });

  const json = await runCli(['data', 'pairs', path, '--json']);
  expect(json.status).toBe(1);
  expect(documentOf(json)).toMatchObject({
    pairs: [{}, {}, {}],
    problems: [{ code: 'cell-empty', place: { row: 4, column: 'English Questions' } }, {}, {}],
    error: { code: 'rows-invalid' },
  });
});

test('encodings are named, and converted with --encoding', async () => {
  const path = await file(new Uint8Array(Buffer.from(`\uFEFF${good}`, 'utf16le')));
  const refused = await runCli(['data', 'pairs', path]);
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^internvl: encoding-other: .*UTF-16.*--encoding utf-16le/);
  expect(linesOf(await runCli(['data', 'pairs', path, '--encoding', 'utf-16le']))).toEqual(pairs);
});

test('separators, other names, directions', async () => {
  const semicolons = await file('Frage;回答\r\n"a;b";是\r\n');
  const mapped = ['--column', 'question_en=Frage', '--column', 'answer_zh=回答'];
  expect(linesOf(await runCli(['data', 'pairs', semicolons, ...mapped]))).toEqual([
    { english_question: 'a;b', chinese_answer: '是' },
  ]);
  const missing = await runCli(['data', 'pairs', semicolons]);
  expect(missing.status).toBe(1);
  expect(missing.stderr).toContain('row 1 (line 1), column "English Questions"');

  const rich = await file(
    'id,image,question_en,answer_zh,question_zh,answer_en\n1,a.png,Q,答,问,A\n2,,Q,答,,\n',
  );
  const ended = await runCli(['data', 'pairs', rich, '--pairing', 'en-zh,en-en,zh-zh,zh-en']);
  expect(linesOf(ended).map(({ pairing, id }) => [id, pairing])).toEqual([
    ['1', 'en-zh'],
    ['1', 'en-en'],
    ['1', 'zh-zh'],
    ['1', 'zh-en'],
    ['2', 'en-zh'],
  ]);
  expect(ended.status).toBe(0);
  expect(ended.stderr).toContain('1 rows have no cells for zh-en');
});

test.each([
  ['empty', '', 'table-empty', 1],
  ['missing', undefined, 'file-missing', 1],
])('%s', async (_, content, code, status) => {
  const path = content === undefined ? join(folder, 'none.csv') : await file(content);
  const ended = await runCli(['data', 'pairs', path, '--json']);
  expect(ended.status).toBe(status);
  expect(ended.stderr).toMatch(new RegExp(`^internvl: ${code}: `));
  expect(documentOf(ended)).toMatchObject({ error: { code } });
});

test('a header alone is no failure, and said', async () => {
  const ended = await runCli(['data', 'pairs', await file(header)]);
  expect(ended).toMatchObject({ status: 0, stdout: '' });
  expect(ended.stderr).toContain('[rows-none]');
});

test('a reader that leaves early ends it in silence', async () => {
  const path = await file(header + 'Question?,答案\r\n'.repeat(200_000));
  const status = await new Promise((resolve, reject) => {
    const child = spawn(
      'bash',
      [
        '-c',
        `set -o pipefail; "${process.execPath}" --conditions=@internvl/source --import tsx packages/cli/src/internvl.ts data pairs "${path}" | head -n 2 >/dev/null`,
      ],
      { cwd: new URL('../..', import.meta.url), stdio: ['ignore', 'ignore', 'inherit'] },
    );
    child.on('error', reject);
    child.on('close', resolve);
  });
  expect(status).toBe(0);
});
