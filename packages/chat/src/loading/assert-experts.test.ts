import { readFileSync } from 'node:fs';
import { readConfig } from '@internvl/checkpoint';
import { expect, test } from 'vitest';
import { assertExperts } from './assert-experts.js';

const config = (name: string) =>
  readConfig({
    config: JSON.parse(
      readFileSync(new URL(`../../../../fixtures/checkpoints/${name}/config.json`, import.meta.url), 'utf8'),
    ),
  });
const [experts, dense] = [config('v3-5-moe'), config('v3-5')];

test.each(['ort-node:webgpu', 'ort-web:webgpu'])('quantised experts are refused on %s', (backend) => {
  for (const precision of ['int8', 'q8', 'q4'] as const) {
    expect(() => assertExperts(experts, precision, backend)).toThrow(
      expect.objectContaining({
        code: 'unsupported-operator',
        facts: { operator: 'QMoE', backend, precision },
      }),
    );
  }
});

test('experts in floats, other models and other devices are let through', () => {
  assertExperts(experts, 'fp16', 'ort-web:webgpu');
  assertExperts(dense, 'q4', 'ort-web:webgpu');
  assertExperts(experts, 'q4', 'ort-web:wasm');
  assertExperts(experts, 'q4', 'ort-node:cpu (fallback from webgpu)');
});
