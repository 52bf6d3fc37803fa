import { describe, expect, it } from 'vitest';
import { chooseRuntime } from './choose-runtime.js';
import type { DeviceFacts, GpuFacts } from './device-facts.js';
import type { ModelSizes } from './runtime-choice.js';

const GB = 1e9;
const MiB = 2 ** 20;

/** About InternVL 3 1B. */
const sizes: ModelSizes = {
  precisions: [
    { precision: 'q4', weightBytes: 0.8 * GB, largestTensorBytes: 110 * MiB },
    { precision: 'int8', weightBytes: 1 * GB, largestTensorBytes: 140 * MiB },
    { precision: 'fp16', weightBytes: 1.9 * GB, largestTensorBytes: 280 * MiB },
    { precision: 'fp32', weightBytes: 3.8 * GB, largestTensorBytes: 560 * MiB },
  ],
  workingBytes: 0.2 * GB,
};

const gpu: GpuFacts = {
  vendor: 'acme',
  architecture: 'one',
  description: '',
  fallbackAdapter: false,
  shaderF16: true,
  limits: { maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31 },
};

const laptop: DeviceFacts = {
  webgpu: gpu,
  crossOriginIsolated: true,
  threads: 4,
  memoryGiB: 8,
  storage: { quota: 20 * GB, usage: 1 * GB, persisted: true },
};

const phone: DeviceFacts = { crossOriginIsolated: true, threads: 2, memoryGiB: 4 };

function codes(facts: DeviceFacts, ...rest: [ModelSizes?, Parameters<typeof chooseRuntime>[2]?]) {
  const { backend, precision, fits, reasons } = chooseRuntime(facts, rest[0] ?? sizes, rest[1]);
  return [backend, precision, fits, reasons.map(({ code }) => code)];
}

describe('chooseRuntime', () => {
  it('takes a real GPU and the precision that comes first', () => {
    expect(codes(laptop)).toEqual(['webgpu', 'q4', true, ['webgpu-chosen']]);
  });

  it('takes int8 on WASM, which has no kernel for four bits', () => {
    expect(codes(phone)).toEqual(['wasm', 'int8', true, ['no-webgpu', 'wasm-chosen']]);
  });

  it('puts a GPU in software behind WASM', () => {
    const facts = { ...laptop, webgpu: { ...gpu, fallbackAdapter: true } };
    expect(codes(facts)).toEqual(['wasm', 'int8', true, ['software-gpu', 'wasm-chosen']]);
    expect(codes(facts, sizes, { backend: 'webgpu' }).slice(0, 3)).toEqual(['webgpu', 'q4', true]);
  });

  it('passes over a tensor that the GPU cannot bind', () => {
    const limits = { maxBufferSize: 256 * MiB, maxStorageBufferBindingSize: 100 * MiB };
    const facts = { ...laptop, webgpu: { ...gpu, limits } };
    const [backend, precision, fits, reasons] = codes(facts);
    expect([backend, precision, fits]).toEqual(['wasm', 'int8', true]);
    expect(reasons).toContain('tensor-over-binding-limit');
  });

  it('wants half floats for fp16', () => {
    const facts = { ...laptop, webgpu: { ...gpu, shaderF16: false } };
    const fp16 = codes(facts, sizes, { precision: 'fp16' });
    expect(fp16).toEqual(['webgpu', 'fp16', false, ['no-half-floats', 'nothing-fits']]);
  });

  it('refuses what no memory holds, and says which comes closest', () => {
    const large = {
      precisions: sizes.precisions.map((each) => ({ ...each, weightBytes: 10 * each.weightBytes })),
      storeBytes: 0,
    };
    const choice = chooseRuntime(phone, large);
    expect(choice).toMatchObject({ backend: 'wasm', precision: 'int8', fits: false });
    expect(new Set(choice.reasons.map(({ code }) => code))).toEqual(
      new Set(['no-webgpu', 'weights-over-address-space', 'weights-over-memory', 'nothing-fits']),
    );
    expect(choice.words.at(-1)).toMatch(/does not fit .* int8 on wasm comes closest/);
  });

  it('minds the quota of what is still to be stored', () => {
    const facts = { ...laptop, storage: { quota: 1.5 * GB, usage: 1 * GB, persisted: false } };
    expect(codes(facts)[2]).toBe(false);
    const stored = codes(facts, { ...sizes, storeBytes: 0 });
    expect(stored).toEqual(['webgpu', 'q4', true, ['webgpu-chosen', 'storage-not-persisted']]);
  });

  it('says what one thread costs', () => {
    const facts = { ...phone, crossOriginIsolated: false, threads: 1 };
    expect(chooseRuntime(facts, sizes).words.join(' ')).toMatch(
      /on one thread: 1.0 GB .* not cross-origin isolated/,
    );
  });

  it('does not swap a backend that was asked for', () => {
    expect(codes(phone, sizes, { backend: 'webgpu' })).toEqual([
      'webgpu',
      'q4',
      false,
      ['no-webgpu', 'nothing-fits'],
    ]);
  });

  it('refuses sizes without a precision for the backend', () => {
    const only = { precisions: [sizes.precisions[1]!] };
    expect(() => chooseRuntime(laptop, only, { backend: 'webgpu' })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
