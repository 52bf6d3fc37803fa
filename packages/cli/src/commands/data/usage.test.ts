import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { main } from '../../main.js';

test.each([
  [['convert']],
  [['convert', 'a.jsonl']],
  [['convert', '--out', 'x.jsonl']],
  [['convert', 'a.jsonl', '--out', 'x.jsonl', '--from', 'word']],
  [['convert', 'a.json', '--out', 'x.jsonl']],
  [['convert', 'a.jsonl', '--out', 'x.json']],
  [['convert', 'a.jsonl', '--out', 'x.jsonl', '--to', 'vqa']],
  [['convert', 'a.jsonl', '--out', 'x.jsonl', '--box-to', 'inches']],
  [['split', 'a.jsonl']],
  [['split', 'a.jsonl', '--out', 'x', '--parts', 'train']],
  [['split', 'a.jsonl', '--out', 'x', '--by', 'mood']],
  [['pairs', 'package.json', '--separator', 'ab']],
  [['pairs', 'package.json', '--encoding', 'klingon']],
  [['pairs', 'package.json', '--column', 'question_fr=x']],
  [['pairs', 'package.json', '--pairing', 'en-zh,en-zh']],
])('data %j is wrong usage: one line, status 2', async (args) => {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const stderr = new PassThrough({ encoding: 'utf8' });
  const status = await main(['data', ...args], {
    stdin: new PassThrough().end(),
    stdout,
    stderr,
    env: {},
    signal: new AbortController().signal,
  });
  expect(stderr.read()).toMatch(/^internvl: (usage|invalid-option): [^\n]+\n$/);
  expect(stdout.read()).toBeNull();
  expect(status).toBe(2);
});
