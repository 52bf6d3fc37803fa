import type { ModelConfig } from '@internvl/checkpoint';
import { plannedBytes } from '@internvl/checkpoint';
import { describe, expect, test } from 'vitest';
import { memoryPlans } from '../node/check-memory.js';
import { tinyConfig } from '../testing/tiny-config.js';
import { planMemory } from './memory-plan.js';
import { assertMemory, memoryWords } from './memory-words.js';

const GB = 1e9;

/** InternVL2-1B: InternViT-300M and Qwen2-0.5B. */
const small: ModelConfig = {
  ...tinyConfig,
  vision: {
    ...tinyConfig.vision,
    imageSize: 448,
    width: 1024,
    layers: 24,
    heads: 16,
    mlpWidth: 4096,
    tableSide: 32,
  },
  tileSize: 448,
  tokensPerTile: 256,
  llm: {
    ...tinyConfig.llm!,
    family: 'qwen2',
    hidden: 896,
    layers: 24,
    heads: 14,
    kvHeads: 2,
    headSize: 64,
    mlpWidth: 4864,
    vocabulary: 151_655,
    maxPositions: 32_768,
    qkvBias: true,
    tiedEmbeddings: true,
  },
};

describe('planMemory', () => {
  test('comes to what a run of this shape was measured to take', async () => {
    const storedBytes = await plannedBytes(small, 'fp32');
    // docs/performance.md: 3.53 GiB resident at the peak, 3.07 of them mapped weights; 7 tiles, 1844 tokens and 32.
    const plan = planMemory(small, { precision: 'fp32', storedBytes, tiles: 7, contextTokens: 1876 });
    expect(plan.mappedBytes).toBe(storedBytes);
    expect(plan.neededBytes / 2 ** 30).toBeGreaterThan(3.3);
    expect(plan.neededBytes / 2 ** 30).toBeLessThan(3.7);
    const own = (plan.neededBytes - plan.mappedBytes) / 2 ** 30;
    expect(own).toBeGreaterThan(0.35);
    expect(own).toBeLessThan(0.55);
  });

  test('grows with the context by the keys and values of a token', () => {
    const bytesAt = (contextTokens: number) =>
      planMemory(small, { precision: 'q4', storedBytes: GB, contextTokens }).cacheBytes;
    expect(bytesAt(32_768) - bytesAt(32_767)).toBe(2 * 24 * 2 * 64 * 4);
  });

  test('counts what loading makes of the stored weights', () => {
    const weights = (precision: string) => {
      const { weightBytes, mappedBytes } = planMemory(small, { precision, storedBytes: 100 });
      return [weightBytes, mappedBytes];
    };
    expect(weights('fp32')).toEqual([100, 100]);
    expect(weights('fp16')).toEqual([200, 0]);
    expect(weights('int8')).toEqual([100, 0]);
    expect(weights('q4')).toEqual([115, 0]);
    expect(weights('fp32+int8')).toEqual([100, 0]);
  });

  test('takes the longest that one image comes to, and no more than the context', () => {
    expect(planMemory(small, { precision: 'q4', storedBytes: 0 })).toMatchObject({
      tiles: 13,
      contextTokens: 13 * 256 + 512 + 1024,
    });
    const short = { ...small, dynamicTiles: false, llm: { ...small.llm!, maxPositions: 1000 } };
    expect(planMemory(short, { precision: 'q4', storedBytes: 0 })).toMatchObject({
      tiles: 1,
      contextTokens: 1000,
    });
  });

  test('a vision tower alone keeps no context', () => {
    const { llm, ...tower } = small;
    expect(llm).toBeDefined();
    const plan = planMemory(tower, { precision: 'fp32', storedBytes: GB });
    expect(plan).toMatchObject({ cacheBytes: 0, contextTokens: 0 });
    expect(plan.activationBytes).toBeGreaterThan(0);
  });

  test('refuses a precision that there is not', () => {
    expect(() => planMemory(small, { precision: 'q3', storedBytes: GB })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});

describe('what it says', () => {
  test('names the precision that gives up the least', async () => {
    const plans = await memoryPlans(small, 2.2 * GB);
    const fp32 = plans.find(({ precision }) => precision === 'fp32')!;
    expect(fp32.fits).toBe(false);
    expect(memoryWords(fp32, plans)).toMatch(
      /^needs 3\.\d GB in fp32, 2\.2 GB free: choose q8 \(1\.\d GB\)$/,
    );
    expect(() => assertMemory(fp32, 'InternVL2-1B', plans)).toThrow(
      expect.objectContaining({
        code: 'memory-short',
        message: expect.stringMatching(
          /^Expected 3\.\d GB of free memory for InternVL2-1B in fp32 .*, got 2\.2 GB; choose precision q8/,
        ),
        facts: expect.objectContaining({ precision: 'fp32', freeBytes: 2.2 * GB, fitting: 'q8' }),
      }),
    );
  });

  test('says so when nothing fits, and nothing where all is well or unknown', async () => {
    const plans = await memoryPlans(small, 0.1 * GB);
    expect(plans.some(({ fits }) => fits)).toBe(false);
    expect(memoryWords(plans[0]!, plans)).toMatch(/: choose a smaller model$/);
    expect(() => assertMemory(plans[0]!, 'x', plans)).toThrow(/choose a smaller model or free memory/);
    const [known, unknown] = [await memoryPlans(small, 100 * GB), await memoryPlans(small)];
    for (const plan of [...known, ...unknown]) assertMemory(plan, 'x', []);
    expect(memoryWords(known[0]!)).toMatch(/free$/);
    expect(memoryWords(unknown[0]!)).toMatch(/in fp32$/);
  });
});
