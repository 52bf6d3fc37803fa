import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTokenizer } from '@internvl/tokenizer';
import { conversationTemplate } from '@internvl/tokenizer/templates';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../sample/json.js';
import { memorySource } from '../source/input.js';
import { type BudgetOptions, costOf, describeCost } from './budget.js';
import type { Finding } from './finding.js';
import { validate } from './validate.js';

const nano = new URL('../../../../models/nano/', import.meta.url).pathname;
let budget: BudgetOptions;
beforeAll(async () => {
  const names = (await readdir(nano)).filter((name) => /^(tokenizer|special|added)/.test(name));
  const files = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, new Uint8Array(await readFile(join(nano, name)))] as const),
    ),
  );
  budget = {
    tokenizer: loadTokenizer(files),
    template: conversationTemplate('internlm2-chat', { systemMessage: '' }),
  };
});

const row = (
  image: string | readonly string[] | undefined,
  question: string,
  answer: string,
): JsonObject => ({
  id: 1,
  ...(image !== undefined && { image: typeof image === 'string' ? image : [...image] }),
  conversations: [
    { from: 'human', value: question },
    { from: 'gpt', value: answer },
  ],
});

describe('costOf', () => {
  it('counts what the trainer counts: tiles, two markers an image, text in its template', () => {
    const prompt = '<|im_start|>system\n<|im_end|><|im_start|>user\n';
    const rest = '\nHow many?<|im_end|><|im_start|>assistant\nTwo.<|im_end|>';
    const text =
      budget.tokenizer.encode(prompt).ids.length + budget.tokenizer.encode(rest, { bos: false }).ids.length;
    const cost = costOf(row('a.jpg', '<image>\nHow many?', 'Two.'), [{ width: 1000, height: 747 }], budget);
    expect(cost).toMatchObject({ tiles: 13, tokensPerTile: 256, markers: 2 });
    expect(cost.total).toBe(cost.tiles * 256 + 2 + cost.text);
    expect(Math.abs(cost.text - text)).toBeLessThanOrEqual(1);
  });

  it('puts a missing placeholder where the trainer puts it', () => {
    const size = [{ width: 448, height: 448 }];
    const told = costOf(row('a.jpg', '<image>\nHow many?', 'Two.'), size, budget);
    expect(costOf(row('a.jpg', 'How many?', 'Two.'), size, budget)).toEqual(told);
  });

  it('shares the tile limit among images', () => {
    const sizes = Array.from({ length: 4 }, () => ({ width: 4000, height: 2000 }));
    const cost = costOf(
      row(['a', 'b', 'c', 'd'], '<image><image><image><image>Which?', 'None.'),
      sizes,
      budget,
    );
    expect(cost.tiles).toBe(4 * (2 + 1));
    expect(cost.markers).toBe(8);
    expect(costOf(row(undefined, 'Hi', 'Hello'), [], budget).tiles).toBe(0);
  });

  it('heeds a system turn and the tile rule of a checkpoint', () => {
    const plain = costOf(row(undefined, 'Hi', 'Hello'), [], budget);
    const told = costOf(
      {
        id: 1,
        conversations: [
          { from: 'system', value: 'Be brief and kind.' },
          { from: 'human', value: 'Hi' },
          { from: 'gpt', value: 'Hello' },
        ],
      },
      [],
      budget,
    );
    expect(told.total).toBeGreaterThan(plain.total);
    const small = costOf(row('a', '<image> Hi', 'Hello'), [{ width: 448, height: 448 }], {
      ...budget,
      plan: { tileSize: 112, maxTiles: 4 },
    });
    expect(small).toMatchObject({ tiles: 5, tokensPerTile: 16 });
  });

  it('is told in one sentence', () => {
    expect(describeCost({ tiles: 13, tokensPerTile: 256, markers: 2, text: 902, total: 4232 })).toBe(
      '13 tiles × 256 + 904 text tokens = 4232',
    );
  });
});

describe('the budget rule', () => {
  async function findingsOf(rows: readonly JsonObject[]): Promise<readonly Finding[]> {
    const text = rows.map((each, index) => JSON.stringify({ ...each, id: index })).join('\n');
    const findings: Finding[] = [];
    const source = memorySource(new TextEncoder().encode(text), 'rows.jsonl');
    for await (const event of validate([source], { budget })) {
      if (event.type === 'finding') findings.push(event.finding);
    }
    return findings;
  }

  it('names the row, its parts and the limit', async () => {
    const long = { ...row('a.jpg', '<image>\nHow many?', 'word '.repeat(900)), width: 1000, height: 747 };
    const [finding, ...rest] = (await findingsOf([row(undefined, 'Hi', 'Hello'), long])).filter(
      ({ code }) => code !== 'repetition',
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ code: 'over-budget', line: 2 });
    expect(finding?.message).toMatch(/^row 2: 13 tiles × 256 \+ \d+ text tokens = \d+ of 4096$/);
  });

  it('says when it cannot be known', async () => {
    const found = await findingsOf([
      row('a.jpg', '<image> a', 'b'),
      { ...row(undefined, '<video> a', 'b'), video: 'v.mp4' },
    ]);
    expect(found.map(({ code }) => code)).toEqual(['budget-unknown', 'budget-unknown']);
  });
});
