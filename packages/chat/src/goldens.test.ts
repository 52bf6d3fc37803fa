import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Chat } from './chat.js';
import { backendByName } from './node/backend-by-name.js';
import { load } from './node.js';
import { compareRun } from './testing/compare-run.js';
import { compareTower, isTower } from './testing/compare-tower.js';
import { fixtures, type GoldenCase, goldenCases, sharedGoldens } from './testing/golden-record.js';

const shared = sharedGoldens();
const small = await goldenCases(fixtures);
const full = shared ? await goldenCases(shared) : [];

let cache: string;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'internvl-goldens-'));
});

afterAll(async () => {
  await rm(cache, { recursive: true, force: true });
});

describe('the fixtures in the repository', () => cases(small, 'cpu'));
describe.runIf(shared)('the full set', () => cases(full, 'cpu'));

/** Exact and slow: one picture of each language model. */
describe('the reference backend', () => {
  const few = small.map((golden) => ({ ...golden, runs: golden.runs.filter((run) => run === 'one-tile') }));
  cases(
    few.filter(({ runs }) => runs.length > 0),
    'reference',
  );
});

function cases(goldens: readonly GoldenCase[], backend: string): void {
  for (const golden of goldens) {
    describe(golden.name, () => (isTower(golden) ? tower(golden) : model(golden, backend)));
  }
}

/** Greedy gaps are at least 0.01 logit, so ids must be equal; the limits on numbers are what float32 allows. */
function model(golden: GoldenCase, backend: string): void {
  let chat: Chat;

  beforeAll(async () => {
    chat = await load(golden.folder, { backend, cache, worker: false, threads: 1 });
  });

  afterAll(() => chat.dispose());

  test.each(golden.runs)('%s', async (run) => {
    const report = await compareRun(chat, golden, run);
    expect(report).toMatchObject({ prompt: true, promptIds: true, ids: true, text: true });
    expect(report.pixelsEqual ?? true).toBe(true);
    expect(report.pixels ?? 0).toBe(0);
    expect(report.vision ?? 0).toBeLessThanOrEqual(1e-4);
    expect(report.visualTokens ?? 0).toBeLessThanOrEqual(1e-4);
    expect(report.logits ?? 0).toBeLessThanOrEqual(5e-4);
  });
}

function tower(golden: GoldenCase): void {
  test.each(golden.runs)('%s', async (run) => {
    const backend = await backendByName('cpu', { threads: 1 });
    const report = await compareTower(golden, run, { backend, cache });
    expect(report.pixelsEqual).toBe(true);
    expect(report.pixels).toBe(0);
    expect(report.vision).toBeLessThanOrEqual(1e-4);
  });
}
