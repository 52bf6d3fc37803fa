import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nano, runCli } from './run-cli.js';

const readme = await readFile(new URL('../../packages/cli/README.md', import.meta.url), 'utf8');
const [, block = ''] = /## Try it[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme) ?? [];
const lines = block.split('\n').filter((line) => line !== '');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-readme-'));
  await copyFile(join(nano, 'samples', 'shapes-1.png'), join(folder, 'photo.png'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Words of a line, quotes taken off. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

test('the README has commands to try', () => {
  expect(lines.length).toBeGreaterThan(5);
});

test.each(lines)('%s', async (line) => {
  const [program, ...args] = words(line);
  expect(program).toBe('internvl');
  const { status, stdout, stderr } = await runCli(args, { cwd: folder, env: { INTERNVL_CACHE: folder } });
  expect(status, stderr).toBe(0);
  expect(stdout).not.toBe('');
});
