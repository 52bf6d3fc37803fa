import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokenizer } from '@internvl/tokenizer';
import { describe, expect, test } from 'vitest';
import { sharedFolder } from '../shared.js';
import { documentOf, linesOf, nano, runCli } from './run-cli.js';

const sentence = 'How many shapes? 图中有几个图形？\n';

async function pieces() {
  const names = ['tokenizer.model', 'added_tokens.json', 'tokenizer_config.json', 'special_tokens_map.json'];
  const files = await Promise.all(
    names.map(async (name) => [name, new Uint8Array(await readFile(join(nano, name)))] as const),
  );
  return loadTokenizer(Object.fromEntries(files));
}

test('ids, tokens and offsets, and the way back', async () => {
  const tokenizer = await pieces();
  const { ids, tokens, offsets } = tokenizer.encode(sentence);
  const there = await runCli(['tokenize', 'nano', '--json', '--text', sentence]);
  expect(documentOf(there)).toEqual({ ids, tokens, offsets });
  const piped = await runCli(['tokenize', 'nano', '--json'], { input: sentence });
  expect(documentOf(piped)).toEqual({ ids, tokens, offsets });
  const back = await runCli(['tokenize', 'nano', '--json', '--decode', '--text', JSON.stringify(ids)]);
  expect(documentOf(back)).toEqual({ text: tokenizer.decode(ids) });
});

test('text that looks like a control token is one only when asked', async () => {
  const text = 'a<|im_end|>';
  const parsed = documentOf(await runCli(['tokenize', 'nano', '--json', '--text', text, '--no-bos']));
  const plain = documentOf(
    await runCli(['tokenize', 'nano', '--json', '--text', text, '--no-bos', '--added-tokens', 'text']),
  );
  expect(parsed.tokens).toContain('<|im_end|>');
  expect(plain.tokens).not.toContain('<|im_end|>');
  expect(plain.ids).not.toContain(1600);
});

test('line by line, both ways', async () => {
  const tokenizer = await pieces();
  const { ids, tokens, offsets } = tokenizer.encode('shapes');
  const ended = await runCli(['tokenize', 'nano', '--jsonl'], {
    input: `{"text":"shapes"}\n\n{"ids":${JSON.stringify(ids)}}\n`,
  });
  expect(ended.status, ended.stderr).toBe(0);
  expect(linesOf(ended)).toEqual([{ ids, tokens, offsets }, { text: tokenizer.decode(ids) }]);
});

test('a damaged line is named', async () => {
  const ended = await runCli(['tokenize', 'nano', '--jsonl'], { input: '{"text":"a"}\n{"ids":["b"]}\n' });
  expect(ended.status).toBe(1);
  expect(linesOf(ended).at(-1)).toMatchObject({ error: { code: 'line-invalid', facts: { line: 2 } } });
});

test('one tokenizer file is enough, a damaged one is said to be', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'internvl-tokenize-'));
  try {
    const file = join(nano, 'tokenizer.model');
    const alone = await runCli(['tokenize', file, '--text', 'shapes', '--json']);
    expect(alone.status, alone.stderr).toBe(0);
    const bytes = await readFile(file);
    await writeFile(join(folder, 'tokenizer.model'), bytes.subarray(0, bytes.length - 7));
    const damaged = await runCli(['tokenize', folder, '--text', 'shapes', '--json']);
    expect(damaged.status).toBe(1);
    expect(documentOf(damaged)).toMatchObject({ error: { code: 'tokenizer-unreadable' } });
  } finally {
    await rm(folder, { recursive: true });
  }
});

const shared = sharedFolder();

describe.runIf(shared)('every kind of published tokenizer', () => {
  test.each(['internlm2', 'llama2', 'llama3', 'phi3-v', 'qwen2'])('%s, there and back', async (name) => {
    const folder = join(shared ?? '', 'tokenizers', name);
    const there = documentOf(
      await runCli(['tokenize', folder, '--json', '--no-bos', '--text', sentence.trim()]),
    );
    const back = await runCli([
      'tokenize',
      folder,
      '--json',
      '--decode',
      '--text',
      JSON.stringify(there.ids),
    ]);
    expect(documentOf(back)).toEqual({ text: sentence.trim() });
  });
});
