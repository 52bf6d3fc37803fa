import { expect, it } from 'vitest';
import { resolveWasmPaths } from './wasm-paths.js';

const base = 'https://example.com/app/worker.js';

it('makes both addresses absolute', () => {
  const paths = { mjs: '/assets/ort.mjs', wasm: new URL('https://cdn.example.com/ort.wasm') };
  expect(resolveWasmPaths(paths, base)).toEqual({
    mjs: 'https://example.com/assets/ort.mjs',
    wasm: 'https://cdn.example.com/ort.wasm',
  });
});

it.each([
  [undefined, 'wasmPaths.mjs'],
  [{ mjs: '', wasm: '/ort.wasm' }, 'wasmPaths.mjs'],
  [{ mjs: '/ort.mjs', wasm: 'http://' }, 'wasmPaths.wasm'],
])('refuses %o with the remedy', (paths, option) => {
  expect(() => resolveWasmPaths(paths, base)).toThrow(
    expect.objectContaining({ code: 'invalid-option', facts: expect.objectContaining({ option }) }),
  );
});
