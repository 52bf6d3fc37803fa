import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { main } from '../main.js';

const few = ['--runs', '1', '--tokens', '2', '--context', '64', '--prompt-tokens', '100', '--max-tiles', '2'];

async function run(...args: readonly string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const status = await main(['bench', ...args], {
    stdin: new PassThrough().end(),
    stdout,
    stderr,
    env: process.env,
    signal: new AbortController().signal,
  });
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

test('every stage of nano is measured, the vision tower’s too', async () => {
  const { status, stdout, stderr } = await run('nano', '--backend', 'cpu', '--json', ...few);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const { backend, precision, runs, stages } = JSON.parse(stdout);
  expect({ backend, precision, runs }).toEqual({ backend: 'ort-node:cpu', precision: 'fp32', runs: 1 });
  const names = stages.map(({ stage }: { stage: string }) => stage);
  expect(names).toEqual(expect.arrayContaining(['load', 'decode-image', 'cut-tiles', 'vision-tile']));
  expect(names).toEqual(expect.arrayContaining(['prefill', 'decode', 'first-token', 'first-token-again']));
  expect(names).toEqual(expect.arrayContaining(['stall', 'memory-loaded', 'memory-peak']));
  for (const { median, low, high, count } of stages) {
    expect(low).toBeLessThanOrEqual(median);
    expect(median).toBeLessThanOrEqual(high);
    expect(count).toBeGreaterThan(0);
  }
});

test('people get a table', async () => {
  const { status, stdout } = await run('nano', '--backend', 'cpu', ...few);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ort-node:cpu, fp32; /);
  expect(stdout).toMatch(/^vision-tile +a tile +\d/m);
  expect(stdout).toMatch(/^prefill +\d+ tokens +.*tokens\/s$/m);
});

test('a context that is no whole number is wrong usage', async () => {
  expect(await run('nano', '--context', 'long')).toMatchObject({ status: 2, stdout: '' });
});
