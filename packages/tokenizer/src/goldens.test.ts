import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from './load-tokenizer.js';
import type { Tokenizer } from './tokenizer-spec.js';

/* What the reference tokenizers did with the prompts and answers of the recorded runs. */

interface Row {
  readonly how?: string;
  readonly prompt: string;
  readonly prompt_ids: number[];
  readonly ids: number[];
  readonly text: string;
}

const repository = new URL('../../../', import.meta.url);
const fixtures = fileURLToPath(new URL('fixtures/checkpoints', repository));
const goldens = join(
  process.env.INTERNVL_SHARED ?? fileURLToPath(new URL('../shared', repository)),
  'goldens',
);

function cases(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, 'tokenizer_config.json')));
}

function load(folder: string): Tokenizer {
  const names = readdirSync(folder).filter(
    (name) => /\.(json|model|txt)$/.test(name) && name !== 'config.json',
  );
  return loadTokenizer(
    Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))])),
  );
}

function rows(folder: string): (readonly [string, Row])[] {
  return readdirSync(join(folder, 'golden'))
    .filter((file) => file.endsWith('.json') && file !== 'about.json')
    .flatMap((file) => {
      const record = JSON.parse(readFileSync(join(folder, 'golden', file), 'utf8'));
      const all: Row[] = record.rows ?? [record];
      return all.map((row, index) => [`${file} ${index}`, { ...row, how: record.how }] as const);
    });
}

function suite(folder: string): void {
  describe(basename(folder), () => {
    const tokenizer = load(folder);
    it.each(rows(folder))('%s', (_, { how, prompt, prompt_ids: ids, ids: answer, text }) => {
      // In native records the prompt is what its ids decode to, and so already begins with a BOS where there is one.
      const options = how === 'native' ? { bos: false } : {};
      expect(tokenizer.encode(prompt, options).ids).toEqual(ids);
      expect(tokenizer.decode(answer, { skipSpecialTokens: true })).toBe(text);
      const stream = tokenizer.decodeStream({ skipSpecialTokens: true });
      expect(answer.map((id) => stream.push(id)).join('') + stream.end()).toBe(text);
    });
  });
}

describe('fixtures', () => cases(fixtures).forEach(suite));
describe.runIf(existsSync(goldens))('the full set', () => {
  if (existsSync(goldens)) cases(goldens).forEach(suite);
});
