import { expect, test } from 'vitest';
import { documentOf, nano, runCli } from './run-cli.js';

test('what the shipped model is', async () => {
  const ended = await runCli(['inspect', 'nano', '--json']);
  expect(ended.status).toBe(0);
  expect(documentOf(ended)).toMatchObject({
    model: nano,
    config: { layout: 'original', tileSize: 112, template: 'internlm2-chat', llm: { family: 'internlm2' } },
    parameters: { total: 3_355_200 },
    weights: { present: true, bytes: 6_710_400, dtypes: ['F16'] },
    visualTokens: { perTile: 16, most: 208 },
    memory: {
      weights: { fp32: 13_574_400, fp16: 6_901_888, int8: 3_961_196, q8: 4_247_368, q4: 3_379_016 },
      plans: expect.arrayContaining([
        expect.objectContaining({ precision: 'fp32', storedBytes: 13_574_400, tiles: 13, fits: true }),
      ]),
    },
    machine: { devices: expect.arrayContaining(['cpu']), fits: { fp32: true, fp16: true } },
  });
});

test('what this machine can do', async () => {
  const ended = await runCli(['doctor', '--json']);
  expect(ended.status, ended.stdout).toBe(0);
  const { ok, checks } = documentOf(ended);
  expect(ok).toBe(true);
  expect(checks).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'node', ok: true }),
      expect.objectContaining({ name: 'images', ok: true }),
      expect.objectContaining({ name: 'backend cpu', ok: true }),
      expect.objectContaining({ name: 'nano', ok: true }),
    ]),
  );
});

test('a cache that cannot be written to fails the check', async () => {
  const ended = await runCli(['doctor', '--json', '--cache', `${nano}/config.json`]);
  expect(ended.status).toBe(1);
  expect(documentOf(ended)).toMatchObject({ ok: false });
});
