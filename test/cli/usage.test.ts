import { expect, test } from 'vitest';
import { documentOf, runCli } from './run-cli.js';

test('wrong usage is status 2 and one line', async () => {
  const { status, stdout, stderr } = await runCli(['fly']);
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^internvl: usage: [^\n]+\n$/);
});

test('an error is also data where JSON was asked for', async () => {
  const ended = await runCli(['tile', 'there-is-no-such.png', '--json']);
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(/^internvl: file-missing: [^\n]+\n$/);
  expect(documentOf(ended)).toEqual({
    error: { code: 'file-missing', message: expect.any(String), facts: expect.any(Object) },
  });
});

test('--debug shows where an error came from', async () => {
  const { stderr } = await runCli(['tile', 'there-is-no-such.png', '--debug']);
  expect(stderr).toMatch(/^internvl: file-missing: [^\n]+\n/);
  expect(stderr).toMatch(/\n\s+at /);
});
