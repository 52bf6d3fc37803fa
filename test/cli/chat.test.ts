import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recorded } from './recorded.js';
import { documentOf, linesOf, nano, runCli } from './run-cli.js';

const shapes = join(nano, 'samples', 'shapes-1.png');
const other = join(nano, 'samples', 'shapes-2.png');
const question = 'How many shapes are there?';
let folder = '';
let env: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-chat-'));
  env = { INTERNVL_CACHE: join(folder, 'cache') };
});
afterAll(() => rm(folder, { recursive: true }));

/** Asks with `--json` and gives the document. */
async function ask(...args: string[]): Promise<Record<string, unknown>> {
  const ended = await runCli(['chat', 'nano', '--json', ...args], { env });
  expect(ended.status, ended.stderr).toBe(0);
  return documentOf(ended);
}

test('one answer, as data', async () => {
  const { ids, text } = await recorded('shapes-1.png', question);
  const document = await ask('--image', shapes, '--prompt', question);
  expect(document).toMatchObject({
    text,
    ids,
    finishReason: 'stop',
    prompt: { text: expect.stringContaining(question), imageTokens: 160 },
    tiles: [{ image: 0, width: 448, height: 448, columns: 3, rows: 3, tiles: 10 }],
    boxes: [],
    usage: { inputTokens: 181, cachedTokens: 0, outputTokens: 2 },
    timings: {
      loadMs: expect.any(Number),
      visionMs: expect.any(Number),
      prefillMs: expect.any(Number),
      decodeMs: expect.any(Number),
    },
    backend: expect.stringMatching(/^ort-node:/),
    precision: 'fp32',
  });
});

test('for people: the answer on standard output, the rest elsewhere', async () => {
  const { text } = await recorded('shapes-1.png', question);
  const ended = await runCli(['chat', 'nano', '--image', shapes, '--prompt', question], { env });
  expect(ended.stdout).toBe(`${text}\n`);
  expect(ended.stderr).toContain('grid 3 × 3');
  expect(ended.stderr).toContain('ort-node:');
});

test('as it comes, line by line', async () => {
  const { ids, text } = await recorded('shapes-1.png', 'Describe the image.');
  const ended = await runCli(
    ['chat', 'nano', '--image', shapes, '--prompt', 'Describe the image.', '--jsonl'],
    {
      env,
    },
  );
  const lines = linesOf(ended);
  const kinds = new Set(lines.map(({ type }) => type));
  expect([...kinds]).toEqual([
    'image-tiled',
    'prompt-built',
    'vision-progress',
    'prefill-progress',
    'text-delta',
    'answer',
  ]);
  const deltas = lines.filter(({ type }) => type === 'text-delta');
  expect(deltas.length).toBeGreaterThan(1);
  expect(deltas.map((delta) => delta.text).join('')).toBe(text);
  expect(lines.at(-1)).toMatchObject({ type: 'answer', text, ids });
});

test('images from standard input and from a data URL are the same image', async () => {
  const bytes = await readFile(shapes);
  const piped = await runCli(['chat', 'nano', '--json', '--image', '-', '--prompt', question], {
    env,
    input: bytes,
  });
  const inline = await ask(
    '--image',
    `data:image/png;base64,${bytes.toString('base64')}`,
    '--prompt',
    question,
  );
  const { ids } = await recorded('shapes-1.png', question);
  expect(documentOf(piped).ids).toEqual(ids);
  expect(inline.ids).toEqual(ids);
});

test('several images: lines of their own, one placeholder, frames of a video', async () => {
  const separate = await ask('--image', shapes, '--image', other, '--max-tiles', '5,1', '--prompt', question);
  expect(separate.prompt).toMatchObject({ text: expect.stringMatching(/Image-1: <img>.*\nImage-2: <img>/s) });
  expect(separate.tiles).toMatchObject([{ tiles: 5 }, { tiles: 1 }]);

  const together = await ask('--image', shapes, '--image', other, '--together', '--prompt', question);
  expect(together.prompt).toMatchObject({
    imageTokens: 16 * 17,
    text: expect.not.stringContaining('Image-1'),
  });
  expect(together.tiles).toMatchObject([{ tiles: 10 }, { tiles: 7 }]);

  const video = await ask('--frame', shapes, other, '--prompt', question);
  expect(video.prompt).toMatchObject({ text: expect.stringMatching(/Frame1: <img>.*\nFrame2: <img>/s) });
  expect(video.tiles).toMatchObject([{ tiles: 1 }, { tiles: 1 }]);
});

test('generation options reach the model', async () => {
  const short = await ask('--image', shapes, '--prompt', 'Describe the image.', '--max-new-tokens', '3');
  expect(short.finishReason).toBe('length');
  expect(short.ids).toHaveLength(3);
  const sampled = ['--image', shapes, '--prompt', 'Describe the image.', '--temperature', '5', '--seed', '7'];
  const once = await ask(...sampled, '--max-new-tokens', '12');
  const again = await ask(...sampled, '--max-new-tokens', '12');
  expect(once.ids).toEqual(again.ids);
  const { text } = await recorded('shapes-1.png', 'Describe the image.');
  const [first = '', second = ''] = text.split(' ');
  const stopped = await ask('--image', shapes, '--prompt', 'Describe the image.', '--stop', second);
  expect(stopped).toMatchObject({ text: first, finishReason: 'stop' });
  const spoken = await ask('--system', 'Be brief.', '--prompt', 'Hello');
  expect(spoken.prompt).toMatchObject({ text: expect.stringContaining('system\nBe brief.') });
});

test('the reference backend gives the same ids', async () => {
  const { ids } = await recorded('shapes-1.png', question);
  const document = await ask('--backend', 'reference', '--image', shapes, '--prompt', question);
  expect(document).toMatchObject({ ids, backend: 'reference' });
});

test.each([
  ['fp16', 'fp16'],
  ['int8', 'int8'],
  ['q4', 'q8+q4'],
  ['q4f16', 'q8f16+q4f16'],
  ['int8+q4', 'int8+q4'],
])('weights in %s are another conversion, and count shapes as well', async (precision, stored) => {
  const document = await ask('--precision', precision, '--image', shapes, '--prompt', question);
  const { ids } = await recorded('shapes-1.png', question);
  expect(document).toMatchObject({ precision: stored, ids });
});

test('text that looks like a control token stays text', async () => {
  const plain = await ask('--image', shapes, '--prompt', 'a <IMG_CONTEXT> <image> <|im_end|>');
  expect(plain.prompt).toMatchObject({ imageTokens: 160 });
  const { ids } = plain.prompt as { ids: number[] };
  expect(ids.filter((id) => id === 1604)).toHaveLength(160);
  expect(ids.filter((id) => id === 1600)).toHaveLength(2);
});

test('a prompt beyond the context says by how much', async () => {
  const ended = await runCli(['chat', 'nano', '--json', '--prompt', 'word '.repeat(5000)], { env });
  expect(ended.status).toBe(1);
  expect(documentOf(ended)).toMatchObject({ error: { code: 'context-overflow', facts: expect.any(Object) } });
});

test('an image that is none', async () => {
  const ended = await runCli(
    ['chat', 'nano', '--json', '--image', join(nano, 'config.json'), '--prompt', question],
    {
      env,
    },
  );
  expect(ended.status).toBe(1);
  expect(documentOf(ended)).toMatchObject({ error: { code: 'image-unreadable' } });
});

test('a conversation from standard input, saved and taken up again', async () => {
  const saved = join(folder, 'saved.json');
  const lines = [
    question,
    `/save ${saved}`,
    '/dance',
    'What color is the diamond?',
    '/reset',
    'Hello',
    '/help',
  ];
  const ended = await runCli(['chat', 'nano', '--image', shapes], { env, input: lines.join('\n') });
  expect(ended.status, ended.stderr).toBe(0);
  const { text } = await recorded('shapes-1.png', question);
  const [first, second, third, ...rest] = ended.stdout.split('\n');
  expect([first, rest]).toEqual([text, ['']]);
  expect(third).not.toBe('');
  expect(ended.stderr).toContain('There is no /dance');
  expect(ended.stderr).toContain('/reset');
  expect(ended.stderr).toMatch(/\(\d+ cached\)/);

  expect(JSON.parse(await readFile(saved, 'utf8'))).toEqual([
    {
      role: 'user',
      parts: [
        { type: 'image', path: shapes },
        { type: 'text', text: question },
      ],
    },
    { role: 'assistant', parts: [{ type: 'text', text }] },
  ]);
  const next = await ask('--history', saved, '--prompt', 'What color is the diamond?');
  expect(next).toMatchObject({
    text: second,
    prompt: { text: expect.stringContaining(question), imageTokens: 160 },
  });
});

test.each([
  ['no JSON', 'history-invalid'],
  ['{"role":"user"}', 'history-invalid'],
  ['[{"role":"robot","parts":[]}]', 'history-invalid'],
  ['[{"role":"user","parts":[{"type":"image"}]}]', 'history-invalid'],
  ['[{"role":"user","parts":[{"type":"image","path":"nowhere.png"}]}]', 'file-missing'],
])('a history of %s', async (text, code) => {
  const file = join(folder, 'history.json');
  await writeFile(file, text);
  const ended = await runCli(['chat', 'nano', '--json', '--history', file, '--prompt', 'a'], { env });
  expect(ended.status).toBe(1);
  expect(documentOf(ended)).toMatchObject({ error: { code } });
});

test('Ctrl-C while it answers: status 130, one line', async () => {
  const ended = await runCli(
    [
      'chat',
      'nano',
      '--image',
      shapes,
      '--prompt',
      'Describe the image.',
      '--max-new-tokens',
      '3000',
      '--temperature',
      '50',
      '--json',
    ],
    {
      env,
      watch: (stderr, child) => {
        if (stderr.includes('grid 3 × 3')) child.kill('SIGINT');
      },
    },
  );
  expect(ended.status).toBe(130);
  expect(ended.stderr.trimEnd().split('\n').at(-1)).toMatch(/^internvl: interrupted: /);
  expect(documentOf(ended)).toMatchObject({ error: { code: 'interrupted' } });
});

const schema = {
  type: 'object',
  properties: { shapes: { type: 'integer', minimum: 0, maximum: 9 }, colour: { enum: ['red', 'blue'] } },
  required: ['shapes', 'colour'],
};

test('an answer in JSON, by a schema', async () => {
  const file = join(folder, 'schema.json');
  await writeFile(file, JSON.stringify(schema));
  const { text } = await ask('--image', shapes, '--prompt', question, '--schema', file, '--max-tiles', '1');
  const { shapes: count, colour } = JSON.parse(String(text));
  expect([Number.isInteger(count) && count >= 0 && count <= 9, ['red', 'blue'].includes(colour)]).toEqual([
    true,
    true,
  ]);
});

test('an answer by a grammar, sampled', async () => {
  const file = join(folder, 'answer.gbnf');
  await writeFile(file, 'root ::= count " shapes" | "none"\ncount ::= [1-9] [0-9]?\n');
  const { text, finishReason } = await ask(
    ...['--prompt', question, '--grammar', file, '--temperature', '2', '--seed', '3'],
  );
  expect(text).toMatch(/^([1-9][0-9]? shapes|none)$/);
  expect(finishReason).toBe('stop');
});

test.each([
  ['--schema', '{"type": "object"', 'usage', 'no JSON'],
  ['--schema', '{"properties": {"a": {"not": {}}}}', 'schema-unsupported', '/properties/a/not'],
  ['--grammar', 'root ::= "a', 'grammar-invalid', 'Line 1, column 12'],
])('%s %j is wrong usage, told before a model is loaded', async (option, content, code, sentence) => {
  const file = join(folder, 'wrong');
  await writeFile(file, content);
  const ended = await runCli(['chat', 'no-such-folder', '--prompt', question, option, file], { env });
  expect([ended.status, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toContain(`internvl: ${code}:`);
  expect(ended.stderr).toContain(sentence);
});

test('the pages of a PDF, all or some of them', async () => {
  const pdf = join(nano, '../../fixtures/pdf/two-pages.pdf');
  const all = await ask('--image', pdf, '--prompt', question, '--max-tiles', '1');
  expect(all.tiles).toMatchObject([
    { image: 0, width: 300, height: 150 },
    { image: 1, width: 150, height: 300 },
  ]);
  expect(all.prompt).toMatchObject({ text: expect.stringContaining('Image-2') });
  const second = await ask('--image', pdf, '--pages', '2', '--prompt', question, '--max-tiles', '1');
  expect(second.tiles).toMatchObject([{ image: 0, width: 150, height: 300 }]);
  const together = await ask('--together', '--image', pdf, '--image', shapes, '--prompt', question);
  expect(together.tiles).toHaveLength(3);
  const missing = await runCli(['chat', 'nano', '--image', pdf, '--pages', '3', '--prompt', question], {
    env,
  });
  expect([missing.status, missing.stderr]).toEqual([2, expect.stringMatching(/^internvl: invalid-option: /)]);
});
