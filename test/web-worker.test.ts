import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundle } from './bundle.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test('a worker with everything but ONNX Runtime’s own files is small and needs no Node', async () => {
  const { outside, kilobytes } = await bundle(here('../examples/web/worker.ts'));
  expect(
    outside.every((path) => path.startsWith('onnxruntime-web/')),
    outside.join(),
  ).toBe(true);
  expect(kilobytes).toBeLessThanOrEqual(150);
});

test('the page’s end of it is smaller still, and brings no runtime', async () => {
  const { outside, kilobytes } = await bundle(here('../examples/web/page.ts'));
  expect(outside).toEqual([]);
  expect(kilobytes).toBeLessThanOrEqual(5);
});
