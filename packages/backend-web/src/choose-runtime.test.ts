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

  it('lists what runs here, and where', () => {
    const runnable = (facts: DeviceFacts, options?: Parameters<typeof chooseRuntime>[2]) =>
      chooseRuntime(facts, sizes, options).runnable.map(
        ({ precision, backends, fits }) => `${precision} ${backends.join()} ${fits}`,
      );
    expect(runnable(laptop)).toEqual([
      'q4 webgpu true',
      'fp16 webgpu true',
      'fp32 webgpu,wasm true',
      'int8 wasm true',
    ]);
    expect(runnable(phone)).toEqual(['int8 wasm true', 'fp32 wasm false']);
    const limits = { maxBufferSize: 256 * MiB, maxStorageBufferBindingSize: 256 * MiB };
    const small = { ...laptop, webgpu: { ...gpu, limits } };
    expect(runnable(small)).toContain('fp32 webgpu,wasm false');
    const software = { ...laptop, webgpu: { ...gpu, fallbackAdapter: true } };
    expect(runnable(software)).toEqual(['int8 wasm true', 'fp32 webgpu,wasm true']);
    expect(runnable(software, { precision: 'q4' })).toEqual(['q4 webgpu true']);
    expect(runnable(software, { backend: 'webgpu' })).toContain('q4 webgpu true');
    expect(runnable(phone, { precision: 'q4' })).toEqual([]);
  });

  it('says that blocks and half floats want a GPU, and takes a tower in blocks for WASM only by name', () => {
    for (const precision of ['q4', 'q8', 'q8+q4', 'int8+q4', 'fp16', 'q4f16', 'fp16+fp32']) {
      const only = { precisions: [{ precision, weightBytes: GB, largestTensorBytes: MiB }] };
      const choice = chooseRuntime(phone, only);
      expect(choice, precision).toMatchObject({ backend: 'webgpu', precision, fits: false, runnable: [] });
      expect(choice.words[0]).toBe('This browser has no WebGPU here.');
    }
    const tower = { precisions: [{ precision: 'q8+int8', weightBytes: GB, largestTensorBytes: MiB }] };
    expect(chooseRuntime(laptop, tower)).toMatchObject({ backend: 'wasm', fits: true });
  });

  it('refuses sizes without a precision for the backend', () => {
    const only = { precisions: [sizes.precisions[1]!] };
    expect(() => chooseRuntime(laptop, only, { backend: 'webgpu' })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
