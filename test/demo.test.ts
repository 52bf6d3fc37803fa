import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nano } from './cli/run-cli.js';

const main = fileURLToPath(new URL('../apps/node-demo/src/main.ts', import.meta.url));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-demo-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the demo in a folder of its own, where it writes its picture. */
function demo(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const conditions = ['--conditions=@internvl/source', '--import', import.meta.resolve('tsx')];
    const child = spawn(process.execPath, [...conditions, main, ...args], { cwd: folder });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (status) => (status === 0 ? resolve(output) : reject(new Error(output))));
  });
}

async function pictureOf(output: string): Promise<string> {
  const [, picture = ''] = /is cut: (.+)$/m.exec(output) ?? [];
  expect((await stat(picture)).size).toBeGreaterThan(1000);
  return picture;
}

test('without options: three tasks in two languages, expected answers beside, a picture', async () => {
  const output = await demo();
  for (const task of ['caption', 'question', 'box', 'document summary'])
    expect(output).toContain(`── ${task}: `);
  expect(output).toContain('The image shows a large orange star at the top');
  expect(output).toContain('这是Blue River Cafe的收据');
  expect(output.match(/^ {3}answer/gm)).toHaveLength(7);
  expect(output.match(/^ {3}expected/gm)).toHaveLength(7);
  expect(await pictureOf(output)).toContain('receipt-5');
});

test('with a model, an image, a question and a backend of one’s own', async () => {
  const image = join(nano, 'samples', 'shapes-2.png');
  const output = await demo('--model', nano, '--image', image, '--prompt', 'Hello?', '--backend', 'cpu');
  expect(output).toContain('question  Hello?');
  expect(output).toContain('ort-node:cpu');
  expect(output).not.toContain('expected');
  expect(await pictureOf(output)).toContain('shapes-2');
});

test.each([
  ['main', ['--model', '/no/such/model'], 1, 'model-not-found: Expected '],
  ['main', ['--colour'], 2, 'ERR_PARSE_ARGS_UNKNOWN_OPTION: '],
  ['main', ['--image', '/no/such/image.png'], 1, 'file-missing: Expected '],
  ['serve', ['--model', '/no/such/model'], 1, 'model-not-found: Expected '],
  ['serve', ['--port', 'many'], 2, 'invalid-option: Expected '],
  ['serve', ['--backend', 'abacus'], 2, 'invalid-option: Expected '],
])('%s %j is a line and a status', async (name, args, status, begins) => {
  const program = fileURLToPath(new URL(`../apps/node-demo/src/${name}.ts`, import.meta.url));
  const conditions = ['--conditions=@internvl/source', '--import', import.meta.resolve('tsx')];
  const child = spawn(process.execPath, [...conditions, program, ...args], { cwd: folder });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const ended = await new Promise((resolve) => child.on('close', resolve));
  expect([ended, told]).toEqual([status, expect.stringMatching(new RegExp(`^${begins}.*\\n$`))]);
});
