import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { main } from './main.js';

const commands = [
  'chat',
  'trace',
  'features',
  'tile',
  'tokenize',
  'inspect',
  'convert',
  'data',
  'serve',
  'bench',
  'doctor',
];

async function run(args: readonly string[], signal = new AbortController().signal) {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const stderr = new PassThrough({ encoding: 'utf8' });
  const status = await main(args, { stdin: new PassThrough().end(), stdout, stderr, env: {}, signal });
  const text = (stream: PassThrough): string => stream.read() ?? '';
  return { status, stdout: text(stdout), stderr: text(stderr) };
}

test('--help names the commands that work, and no others', async () => {
  const { status, stdout, stderr } = await run(['--help']);
  expect(status).toBe(0);
  expect(stderr).toBe('');
  expect([...stdout.matchAll(/^ {2}(\w+) /gm)].map((match) => match[1])).toEqual(commands);
});

test('--version is that of the package', async () => {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  expect(await run(['--version'])).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

test.each(commands)('%s --help says how it is used', async (command) => {
  const { status, stdout } = await run([command, '--help']);
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`^Usage: internvl ${command}`));
  expect(stdout).toContain('--json');
});

test.each([
  [[]],
  [['fly']],
  [['--json']],
  [['tile']],
  [['tile', 'a.png', 'b.png']],
  [['tile', 'a.png', '--fast']],
  [['tile', 'a.png', '--max-tiles', '41']],
  [['tile', 'a.png', '--max-tiles', '3', '--min-tiles', '4']],
  [['inspect']],
  [['inspect', 'nano', 'nano']],
  [['chat', 'nano', '--json']],
  [['chat', 'nano', '--prompt', 'a', '--temperature', '-1']],
  [['chat', 'nano', '--prompt', 'a', '--temperature', 'hot']],
  [['chat', 'nano', '--prompt', 'a', '--backend', 'abacus']],
  [['chat', 'nano', '--prompt', 'a', '--precision', 'int3']],
  [['chat', 'nano', '--prompt', 'a', '--image', 'a.png', '--frame', 'b.png']],
  [['chat', 'nano', '--prompt', 'a', '--together', '--image', 'a.png']],
  [['chat', 'nano', '--prompt', 'a', '--image', 'a.pdf', '--pages', '5-2']],
  [['chat', 'nano', '--prompt', 'a', '--image', 'a.pdf', '--pages', '0']],
  [['chat', 'nano', '--prompt', 'a', '--pages', '2']],
  [['trace', 'nano', '--prompt', 'a']],
  [['trace', 'nano', '--out', 'a.safetensors']],
  [['features', 'nano']],
  [['tokenize', 'nano', '--bos', '--no-bos', '--text', 'a']],
  [['convert', 'nano']],
  [['data']],
  [['data', 'fly']],
  [['data', 'pairs']],
  [['data', 'pairs', 'a.csv', 'b.csv']],
  [['data', 'pairs', 'a.csv', '--pairing', 'fr-zh']],
  [['data', 'pairs', 'a.csv', '--column', 'question_en']],
])('%j is wrong usage: one line, status 2', async (args) => {
  const { status, stderr } = await run(args);
  expect(stderr).toMatch(/^internvl: usage: [^\n]+\n$/);
  expect(status).toBe(2);
});

test('a wrong line is reported as data where it asks for JSON', async () => {
  const { status, stdout } = await run(['tile', '--json', '--fast']);
  expect(status).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    error: { code: 'usage', message: expect.stringContaining('--fast'), facts: expect.any(Object) },
  });
});

test('an interruption is status 130, whatever was thrown', async () => {
  const controller = new AbortController();
  controller.abort(new Error('Interrupted.'));
  const { status, stdout, stderr } = await run(['tile', 'a.png', '--json'], controller.signal);
  expect(status).toBe(130);
  expect(stderr).toMatch(/^internvl: interrupted: [^\n]+\n$/);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'interrupted' } });
});
