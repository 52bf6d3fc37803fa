import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { seededRandom, type TokenConstraint } from '@internvl/llm';
import { loadTokenizer, type Tokenizer } from '@internvl/tokenizer';
import { formats } from '@internvl/tokenizer/formats';
import { describe, expect, test } from 'vitest';
import { sharedGoldens } from '../testing/golden-record.js';
import { formatCompiler } from './format-compiler.js';
import { writtenText } from './written-text.js';

/* Whatever the model wants, the answer parses: random scores over published vocabularies. */

const fixtures = fileURLToPath(new URL('../../../../fixtures/', import.meta.url));
const schema = {
  type: 'object',
  properties: {
    title: { type: 'string', minLength: 1, maxLength: 12 },
    count: { type: 'integer', minimum: 3, maximum: 120 },
    share: { type: 'number', minimum: 0, maximum: 1 },
    kind: { enum: ['图形', 'cercle é', '🙂🙃', 'plain'] },
    code: { type: 'string', pattern: '^[图形é]{2}-\\d{3}$' },
    boxes: {
      type: 'array',
      items: {
        type: 'array',
        items: { type: 'integer', minimum: 0, maximum: 999 },
        minItems: 4,
        maxItems: 4,
      },
      maxItems: 3,
    },
    note: { type: ['string', 'null'], maxLength: 5 },
  },
  required: ['title', 'count', 'share', 'kind', 'code', 'boxes'],
  additionalProperties: false,
};

function check(text: string): void {
  const { title, count, share, kind, code, boxes, note, ...others } = JSON.parse(text);
  expect(Array.from(title).length >= 1 && Array.from(title).length <= 12).toBe(true);
  expect(Number.isInteger(count) && count >= 3 && count <= 120).toBe(true);
  expect(share >= 0 && share <= 1).toBe(true);
  expect(schema.properties.kind.enum).toContain(kind);
  expect(code).toMatch(/^[图形é]{2}-\d{3}$/);
  expect(boxes.length).toBeLessThanOrEqual(3);
  for (const box of boxes)
    expect([box.length, box.every((side: unknown) => Number.isInteger(side))]).toEqual([4, true]);
  expect(note === undefined || note === null || Array.from(note).length <= 5).toBe(true);
  expect(others).toEqual({});
}

/** How a model may want tokens. */
const wants = {
  anything: () => 0,
  /** Byte-fallback tokens and parts of characters. */
  'single bytes': (bytes: Uint8Array) => (bytes.length === 1 ? 3 : 0),
  'long tokens': (bytes: Uint8Array) => bytes.length,
  'other scripts': (bytes: Uint8Array) => (bytes[0]! > 0x7f ? 3 : 0),
} as const;

describe.each(Object.entries(vocabularies()))('%s', (_name, load) => {
  const tokenizer = load();
  const stopId = tokenizer.vocabularySize;
  const make = formatCompiler(tokenizer).constraint({ type: 'json', schema });
  const tokens = Array.from({ length: stopId }, (_, id) => tokenizer.tokenBytes(id));
  const scores = new Float32Array(stopId + 8);

  /** Takes the best token of random scores, to which `wanted` adds. */
  function choose(constraint: TokenConstraint, random: () => number, wanted: Float32Array): number {
    for (let id = 0; id < scores.length; id++) scores[id] = random() + (wanted[id] ?? 0);
    constraint.mask(scores);
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let id = 0; id < scores.length; id++) {
      if (scores[id]! <= most) continue;
      most = scores[id]!;
      best = id;
    }
    // Never a control token, never one past the vocabulary.
    expect(best === stopId || tokens[best] !== undefined).toBe(true);
    constraint.accept(best);
    return best;
  }

  test.each(Object.entries(wants))('a model that wants %s', (_want, want) => {
    const wanted = Float32Array.from(tokens, (bytes) => (bytes ? want(bytes) : 0));
    for (let seed = 0; seed < 2; seed++) {
      const random = seededRandom(seed);
      const constraint = make({ vocabulary: scores.length, stopIds: new Set([stopId]) });
      const ids: number[] = [];
      const cut = 5 + 20 * seed;
      let partial: string | undefined;
      while (!constraint.done && ids.at(-1) !== stopId && ids.length < 800) {
        if (ids.length === cut) partial = textOf(tokenizer, ids);
        ids.push(choose(constraint, random, wanted));
      }
      const text = textOf(tokenizer, ids);
      check(text);
      // Cut off anywhere, it is the beginning of an answer.
      if (partial !== undefined) expect(text.startsWith(partial)).toBe(true);
    }
  });
});

function textOf(tokenizer: Tokenizer, ids: readonly number[]): string {
  const stream = writtenText(tokenizer);
  return ids.map((id) => stream.push(id)).join('') + stream.end();
}

/** Byte-level and SentencePiece, large and small, tiktoken and GGUF. */
function vocabularies(): Record<string, () => Tokenizer> {
  const folder = (path: string) => () => loadTokenizer(files(path), { formats });
  const shared = sharedGoldens()?.replace(/goldens\/?$/, 'tokenizers/');
  return {
    qwen2: folder(`${fixtures}tokenizers/qwen2`),
    internlm2: folder(`${fixtures}tokenizers/internlm2`),
    'llama, cut down': folder(`${fixtures}checkpoints/mini-4b`),
    'qwen2, cut down': folder(`${fixtures}checkpoints/v2-1b`),
    ...(shared && { llama2: folder(`${shared}llama2`), llama3: folder(`${shared}llama3`) }),
  };
}

function files(folder: string): Record<string, Uint8Array> {
  const found: Record<string, Uint8Array> = {};
  for (const file of readdirSync(folder)) {
    if (!/^(tokenizer|special_tokens_map|added_tokens|merges|vocab)/.test(file)) continue;
    const bytes = readFileSync(`${folder}/${file}`);
    found[file.replace(/\.gz$/, '')] = new Uint8Array(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  }
  return found;
}
