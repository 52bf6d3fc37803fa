import { readFile } from 'node:fs/promises';
import { afterEach, expect, it, vi } from 'vitest';
import wabt from 'wabt';
import { formula, sha256 } from '../test/fixtures.js';
import { createKernel, simdKernel } from './kernel.js';
import { resize } from './resize.js';

afterEach(() => vi.unstubAllGlobals());

// `pnpm kernel` writes the file after kernel.wat was edited.
it('ships what kernel/kernel.wat assembles to', async () => {
  const text = await readFile(new URL('../kernel/kernel.wat', import.meta.url), 'utf8');
  const module = (await wabt()).parseWat('kernel.wat', text, { simd: true });
  const binary = Buffer.from(module.toBinary({}).buffer).toString('base64');
  module.destroy();
  await expect(
    `/** \`kernel/kernel.wat\`, assembled, in base64; see kernel.test.ts. */
export const kernelBinary =
  '${binary}';
`,
  ).toMatchFileSnapshot('./kernel-binary.ts');
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
