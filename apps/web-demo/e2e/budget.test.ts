import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';

const dist = inject('builtPage');
const files = readdirSync(join(dist, 'assets'));
const read = (name: string) => readFileSync(join(dist, 'assets', name));
/** ONNX Runtime's own two files. */
const runtime = /^ort-wasm-/;
/** ONNX Runtime's script is part of the worker. */
const isWorker = (name: string) => /^(worker-|ort\.)/.test(name);
const gzipped = (names: readonly string[]) =>
  names.reduce((sum, name) => sum + gzipSync(read(name)).length, 0);

test('the page is small', () => {
  const page = files.filter((name) => !runtime.test(name) && !isWorker(name));
  expect(gzipped(page)).toBeLessThanOrEqual(120_000);
});

test('the worker is small', () => {
  expect(gzipped(files.filter(isWorker))).toBeLessThanOrEqual(150_000);
});

test('no chunk contains a Node runtime', () => {
  for (const name of files.filter((file) => /\.m?js$/.test(file) && !runtime.test(file))) {
    const code = read(name).toString();
    for (const word of [
      'onnxruntime-node',
      'worker_threads',
      'node:fs',
      'node:path',
      'sharp',
      '__vite-browser-external',
    ]) {
      expect(code.includes(word), `${name}: ${word}`).toBe(false);
    }
  }
});
