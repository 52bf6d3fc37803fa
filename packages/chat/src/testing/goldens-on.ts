import {
  countGpuTraffic,
  type GpuTraffic,
  type WebBackend,
  type WebDevice,
  webBackend,
} from '@internvl/backend-web';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type LoadedGolden, loadGolden, runGolden, SCORED_TOKENS } from './golden-in-browser.js';

/** Registers recorded runs, by checkpoint, on a device of the browser, those that are served. Greedy gaps are at least 0.01 logit, so ids must be equal. */
export function goldensOn(device: WebDevice, cases: Readonly<Record<string, readonly string[]>>): void {
  let backend: WebBackend;
  let traffic: (() => GpuTraffic) | undefined;

  beforeAll(async () => {
    backend = await webBackend({ device, wasmPaths: { mjs, wasm }, threads: 2, fallback: 'none' });
    traffic = backend.gpu && countGpuTraffic(backend.gpu);
  });

  afterAll(() => backend.dispose());

  for (const golden of inject('goldens').filter(({ name }) => cases[name])) {
    describe(golden.name, () => {
      let loaded: LoadedGolden;

      beforeAll(async () => {
        loaded = await loadGolden(golden, backend);
      });

      afterAll(() => loaded.dispose());

      test.each(golden.runs.filter(({ run }) => cases[golden.name]?.includes(run)))('$run', async (run) => {
        const report = await runGolden(loaded, run, traffic);
        expect(report).toMatchObject({ ids: run.ids, scoredIds: run.ids.slice(0, SCORED_TOKENS) });
        expect(report.vision ?? 0).toBeLessThanOrEqual(1e-4);
        expect(report.visualTokens ?? 0).toBeLessThanOrEqual(1e-4);
        expect(report.logits).toBeGreaterThan(0);
        expect(report.logits).toBeLessThanOrEqual(5e-4);
        if (!backend.gpu) return;
        // Up: the id, cosine, sine and index of its rotation, the tokens in the cache, the row that gets logits. Back: the next id.
        expect(report.tokenTraffic).toEqual({ uploads: 6, downloads: 1 });
        expect(report.leakedBuffers).toBe(0);
      });
    });
  }
}
