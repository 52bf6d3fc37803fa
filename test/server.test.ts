import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recorded } from './cli/recorded.js';
import { runCli } from './cli/run-cli.js';

const run = promisify(execFile);
const examples = fileURLToPath(new URL('../examples', import.meta.url));
const demo = fileURLToPath(new URL('../apps/node-demo/src/serve.ts', import.meta.url));
let cache = '';

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'internvl-serve-'));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

/** What a server printed to be tried, taken out and tried. */
async function tried(output: string) {
  const [, curl = ''] = /^In a shell:\n\n(.*)$/m.exec(output) ?? [];
  const [, javascript = ''] = /In JavaScript.*\n\n([\s\S]*)/.exec(output) ?? [];
  const shell = await run('sh', ['-c', `${curl} --silent --show-error`]);
  // From a folder with the package openai.
  const node = await run(process.execPath, ['--input-type=module', '--eval', javascript], { cwd: examples });
  return { curl: JSON.parse(shell.stdout).choices[0].message.content, javascript: node.stdout };
}

test('the demo prints a curl line and an openai snippet that work as they stand', async () => {
  const child = spawn(
    process.execPath,
    ['--conditions=@internvl/source', '--import', import.meta.resolve('tsx'), demo, '--port', '0'],
    { env: { ...process.env, INTERNVL_CACHE: cache } },
  );
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  try {
    let output = '';
    child.stdout.setEncoding('utf8');
    for await (const text of child.stdout) {
      output += text;
      if (/process\.stdout\.write/.test(output)) break;
    }
    const { text } = await recorded('shapes-1.png', 'How many shapes are there?');
    expect(await tried(output)).toEqual({ curl: text, javascript: text });
  } finally {
    child.kill('SIGINT');
  }
  expect(await closed).toBe(0);
});

test('internvl serve: answers, wants its key, loads again, ends by itself', async () => {
  const { status, stdout, stderr } = await runCli(
    ['serve', 'nano', '--port', '0', '--json', '--max-new-tokens', '3'],
    {
      env: { INTERNVL_CACHE: cache, INTERNVL_API_KEY: 'one,two' },
      start: async (child) => {
        const [line] = await new Promise<string[]>((resolve) =>
          child.stdout?.once('data', (text) => resolve([text])),
        );
        const { url, curl } = JSON.parse(line ?? '');
        expect((await fetch(`${url}/v1/models`)).status).toBe(401);
        const answered = await run('sh', ['-c', `${curl} --silent --show-error`], {
          env: { ...process.env, INTERNVL_API_KEY: 'two' },
        });
        expect(JSON.parse(answered.stdout)).toMatchObject({
          model: 'nano',
          usage: { completion_tokens: expect.any(Number) },
        });
        let seen = '';
        const again = new Promise<void>((resolve) => {
          child.stderr?.on('data', (text) => {
            seen += text;
            if (seen.includes('loaded again')) resolve();
          });
        });
        child.kill('SIGHUP');
        // Requests go on meanwhile, whichever of the two models answers them.
        const asks = (body: object) =>
          fetch(`${url}/v1/chat/completions`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: 'Bearer one' },
            body: JSON.stringify({ model: 'nano', messages: [{ role: 'user', content: 'Hello!' }], ...body }),
          });
        const statuses = new Set<number>();
        let loaded = false;
        void again.then(() => {
          loaded = true;
        });
        while (!loaded) statuses.add((await asks({ max_tokens: 2 })).status);
        expect([...statuses]).toEqual([200]);
        expect((await fetch(`${url}/ready`)).status).toBe(200);
        // An answer that is under way when the end is asked for is finished, and nothing new is taken.
        const long = await asks({ grammar: 'root ::= [a-z ]{100}', max_tokens: 200, stream: true });
        const reader = long.body!.pipeThrough(new TextDecoderStream()).getReader();
        let stream = (await reader.read()).value ?? '';
        child.kill('SIGTERM');
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          stream += value;
        }
        expect(stream).toContain('"finish_reason":"stop"');
        expect(stream).toMatch(/data: \[DONE\]\n\n$/);
      },
    },
  );
  expect(status, stderr).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain('"status":401');
  expect(stderr).not.toContain('Who are you');
});

test('internvl serve: wrong usage', async () => {
  for (const args of [
    [],
    ['nano', '--port', '99999'],
    ['nano', '--max-tiles', '5,1'],
    ['nano', '--running', '0'],
  ]) {
    const { status, stderr } = await runCli(['serve', ...args]);
    expect([status, stderr.startsWith('internvl: usage:')]).toEqual([2, true]);
  }
});

test('the README of the server shows the example that runs', async () => {
  const readme = await readFile(new URL('../packages/server/README.md', import.meta.url), 'utf8');
  for (const name of ['server', 'server-hono', 'server-express']) {
    const source = await readFile(join(examples, `${name}.ts`), 'utf8');
    if (name === 'server') expect(readme).toContain(source.trim());
    expect(readme).toContain(`examples/${name}.ts`);
  }
});
