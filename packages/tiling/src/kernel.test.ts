import { readFile } from 'node:fs/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { assemble } from '../kernel/assemble.js';
import { formula, sha256 } from '../test/fixtures.js';
import { createKernel, simdKernel } from './kernel.js';
import { kernelBinary } from './kernel-binary.js';
import { resize } from './resize.js';

afterEach(() => vi.unstubAllGlobals());

it('ships what kernel/kernel.wat assembles to', async () => {
  const text = await readFile(new URL('../kernel/kernel.wat', import.meta.url), 'utf8');
  expect(Buffer.from(kernelBinary, 'base64')).toEqual(Buffer.from(await assemble(text)));
});

it('keeps what the memory holds when it grows', () => {
  for (const kernel of [simdKernel(), createKernel()]) {
    kernel.memory(8).set([1, 2, 3]);
    const grown = kernel.memory(200_000);
    expect(grown.length).toBeGreaterThanOrEqual(200_000);
    expect([...grown.subarray(0, 4)]).toEqual([1, 2, 3, 0]);
  }
});

it('falls back to JavaScript with the same bytes where WebAssembly is forbidden', () => {
  const simd = resize(formula(100, 80), { width: 77, height: 123 });
  vi.stubGlobal('WebAssembly', undefined);
  expect(() => simdKernel()).toThrow();
  expect(sha256(resize(formula(100, 80), { width: 77, height: 123 }).data)).toBe(sha256(simd.data));
});
