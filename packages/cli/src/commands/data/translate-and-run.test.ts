import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { main } from '../../main.js';

const samples = fileURLToPath(new URL('../../../../../models/nano/samples', import.meta.url));
const words = ['山', '水', '火', '木', '金', '土', '日', '月', '星', '云', '风', '雨', '雪'];

let folder: string;
let server: Server;
let url: string;
let keys: (string | undefined)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-data-'));
  keys = [];
  server = createServer(async (request, response) => {
    keys.push(request.headers.authorization);
    let text = '';
    for await (const chunk of request) text += chunk;
    const { segments } = JSON.parse(JSON.parse(text).messages[1].content);
    const translated = segments.map((segment: { id: number; text: string }) => ({
      id: segment.id,
      text: segment.text.includes('refuse')
        ? '抱歉，我无法翻译。'
        : segment.text.replaceAll(
            / ?([A-Za-z]+) ?/g,
            (_, word: string) => `${words[word.length % 13]}${words[word.charCodeAt(0) % 13]}`,
          ),
    }));
    const content = JSON.stringify({ segments: translated });
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 10, completion_tokens: 5 },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const stderr = new PassThrough({ encoding: 'utf8' });
  const { signal } = new AbortController();
  const status = await main(['data', ...args], {
    stdin: new PassThrough().end(),
    stdout,
    stderr,
    env,
    signal,
  });
  const text = (stream: PassThrough): string => stream.read() ?? '';
  return { status, stdout: text(stdout), stderr: text(stderr) };
}

const row = (id: string, question: string, answer: string, image = 'shapes-1.png') =>
  JSON.stringify({
    id,
    image,
    conversations: [
      { from: 'human', value: `<image>\n${question}` },
      { from: 'gpt', value: answer },
    ],
  });
const rows = [
  row(
    'a',
    'How many shapes are there?',
    'There are 3 shapes, <ref>the ring</ref><box>[[1, 2, 3, 4]]</box> is 5 cm wide.',
  ),
  row('b', 'Please refuse this one.', 'No.'),
  '{"id": "c"',
];
const lines = async (file: string) =>
  (await readFile(join(folder, file), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('translate: rows, those set apart, the card, and a second run that calls nobody', async () => {
  const input = join(folder, 'rows.jsonl');
  await writeFile(input, `${rows.join('\n')}\n`);
  const args = [
    'translate',
    input,
    '--to',
    'zh',
    '--out',
    join(folder, 'zh.jsonl'),
    '--endpoint',
    url,
    '--model',
    'm',
    '--json',
  ];
  const { status, stdout, stderr } = await run(args, { OPENAI_API_KEY: 'secret' });
  expect(status).toBe(1);
  expect(stderr).toContain('rows.jsonl: line 3');
  expect(stdout).not.toContain('secret');
  expect(JSON.parse(stdout)).toMatchObject({
    samples: { read: 2, translated: 1, quarantined: 1 },
    unreadable: 1,
    usage: { calls: 4, inputTokens: 40, outputTokens: 20 },
  });
  expect(keys).toEqual(Array(4).fill('Bearer secret'));
  const [translated] = await lines('zh.jsonl');
  expect(translated).toMatchObject({ id: 'a', image: 'shapes-1.png', lang: 'zh' });
  expect(translated.conversations[0].value).toMatch(/^<image>\n\p{Script=Han}+\?$/u);
  expect(translated.conversations[1].value).toMatch(
    /^\p{Script=Han}+3\p{Script=Han}+, <ref>\p{Script=Han}+<\/ref><box>\[\[1, 2, 3, 4\]\]<\/box>\p{Script=Han}+5 cm\p{Script=Han}+\.$/u,
  );
  const [refused, broken] = await lines('zh.bad.jsonl');
  expect(refused).toMatchObject({ place: { line: 2 }, failures: [{ check: 'refusal' }], row: { id: 'b' } });
  expect(broken).toMatchObject({ place: { line: 3 }, problems: [{ code: 'json-invalid' }] });
  expect(await readFile(join(folder, 'zh.card.md'), 'utf8')).toContain('| quarantined | 1 (50.0 %) |');
  const again = await run(args);
  expect(again).toEqual({ status, stdout, stderr });
  expect(keys).toHaveLength(4);
});

test.each([
  [['translate', 'a.jsonl', '--out', 'b.jsonl', '--local', 'nano']],
  [['translate', 'a.jsonl', '--to', 'zh', '--local', 'nano']],
  [['translate', '--to', 'zh', '--out', 'b.jsonl', '--local', 'nano']],
  [['run']],
  [['run', 'a.json', '--workers', 'amqp://here']],
])('data %j is wrong usage', async (args) => {
  const { status, stderr } = await run(args);
  expect(stderr).toMatch(/^internvl: usage: [^\n]+\n$/);
  expect(status).toBe(2);
});

async function plan(task: object, more: object = {}): Promise<string> {
  const file = join(folder, 'plan.json');
  await writeFile(
    file,
    JSON.stringify({ name: 'p', input: 'rows.jsonl', output: 'out', shardRows: 2, task, ...more }),
  );
  return file;
}

test('run: translation in shards', async () => {
  await writeFile(join(folder, 'rows.jsonl'), `${rows.join('\n')}\n`);
  const file = await plan({ type: 'translate', to: 'zh', endpoint: url, model: 'm' });
  const { status, stdout } = await run(['run', file, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    shards: 2,
    files: ['translated.jsonl', 'quarantine.jsonl', 'card.json', 'card.md', 'lineage.json'],
    summary: { samples: { translated: 1, quarantined: 1 }, unreadable: 1 },
  });
  expect(status).toBe(1);
  expect((await lines('out/p/quarantine.jsonl')).map(({ place }) => place.line)).toEqual([2, 3]);
  const changed = await plan({ type: 'translate', to: 'ja', endpoint: url, model: 'm' });
  const { stderr } = await run(['run', changed]);
  expect(stderr).toContain('plan-changed');
});

test('run: validation names lines of the file, not of the shard', async () => {
  await writeFile(join(folder, 'rows.jsonl'), `${rows.join('\n')}\n`);
  const { status, stdout } = await run([
    'run',
    await plan({ type: 'validate' }, { root: samples }),
    '--json',
  ]);
  expect(status).toBe(1);
  expect(JSON.parse(stdout).summary).toMatchObject({
    ok: false,
    rows: 3,
    badRows: 1,
    counts: { 'json-cut': 1 },
  });
  const findings = await lines('out/p/findings.jsonl');
  expect(findings).toContainEqual(
    expect.objectContaining({ code: 'json-cut', line: 3, file: join(folder, 'rows.jsonl') }),
  );
});

test('run: answers of a model, a missing image set apart', async () => {
  const more = row('d', 'How many shapes are there?', '', 'none.png');
  await writeFile(join(folder, 'rows.jsonl'), `${[rows[0], more].join('\n')}\n`);
  const file = await plan({ type: 'infer', model: 'nano', maxNewTokens: 16 }, { root: samples });
  const { status, stdout } = await run(['run', file, '--json'], {
    INTERNVL_CACHE: process.env.INTERNVL_CACHE ?? folder,
  });
  expect(JSON.parse(stdout)).toMatchObject({ summary: { read: 2, answered: 1, quarantined: 1 } });
  expect(status).toBe(1);
  expect(await lines('out/p/answers.jsonl')).toEqual([
    {
      id: 'a',
      text: expect.stringMatching(/\w/),
      tokens: expect.any(Number),
      finishReason: 'stop',
      inputTokens: expect.any(Number),
    },
  ]);
  expect(await lines('out/p/quarantine.jsonl')).toMatchObject([
    { id: 'd', place: { line: 2 }, error: { code: 'row-unanswerable', facts: { code: 'file-missing' } } },
  ]);
  expect(await readdir(join(folder, 'out/p/done'))).toEqual(['00000']);
});

test('run: a plan that is none lists all that is wrong with it', async () => {
  const file = join(folder, 'plan.json');
  await writeFile(
    file,
    JSON.stringify({
      name: 'A b',
      input: [],
      shardRows: 0,
      task: { type: 'translate', price: {}, too: 'zh' },
    }),
  );
  const { status, stdout } = await run(['run', file, '--json']);
  expect(status).toBe(1);
  const { code, facts } = JSON.parse(stdout).error;
  expect(code).toBe('plan-invalid');
  expect(facts.problems.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '/name',
    '/input',
    '/output',
    '/shardRows',
    '/task/price/inputPerMillion',
    '/task/price/outputPerMillion',
    '/task/to',
    '/task/model',
    '/task/too',
  ]);
});
