import { describe, expect, it } from 'vitest';
import { referenceBackend } from '../reference/index.js';
import { conformanceCases } from './cases/index.js';
import { runConformance } from './run-conformance.js';

describe('reference backend', () => {
  for (const { name, run } of conformanceCases) {
    it(name, () => run(referenceBackend()));
  }
});

describe('runConformance', () => {
  const cases = [
    { name: 'a', run: async () => {} },
    { name: 'b', run: async () => Promise.reject(new Error('no')) },
  ];

  it('reports what passed, failed and diverged', async () => {
    const seen: string[] = [];
    const results = await runConformance(referenceBackend(), {
      cases,
      onResult: ({ name }) => seen.push(name),
    });
    expect(results.map(({ status }) => status)).toEqual(['passed', 'failed']);
    expect(seen).toEqual(['a', 'b']);
    const declared = await runConformance(referenceBackend(), {
      cases,
      divergences: [{ case: 'b', reason: 'r' }],
    });
    expect(declared[1]).toMatchObject({ status: 'diverged', reason: 'r' });
  });

  it('fails a declared divergence that passes, and one that names no case', async () => {
    const [passing] = await runConformance(referenceBackend(), {
      cases,
      divergences: [{ case: 'a', reason: 'r' }],
    });
    expect(passing).toMatchObject({ status: 'failed' });
    const stray = runConformance(referenceBackend(), { cases, divergences: [{ case: 'c', reason: 'r' }] });
    await expect(stray).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('stops between cases when it is aborted', async () => {
    const reason = new Error('enough');
    const run = runConformance(referenceBackend(), { cases, signal: AbortSignal.abort(reason) });
    await expect(run).rejects.toBe(reason);
  });

  it('has a name of its own for every case', () => {
    expect(new Set(conformanceCases.map(({ name }) => name)).size).toBe(conformanceCases.length);
  });
});
