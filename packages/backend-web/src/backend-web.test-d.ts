import type { Backend, InternVLError } from '@internvl/backend';
import type { OrtNamespace } from '@internvl/backend/ort';
import { expectTypeOf, it } from 'vitest';
import {
  chooseRuntime,
  countGpuTraffic,
  type DeviceFacts,
  type ModelSizes,
  probeDevice,
  type RuntimeChoice,
  type WebBackend,
  type WebDevice,
  webBackend,
} from './index.js';

it('has these types', () => {
  expectTypeOf(webBackend).returns.resolves.toEqualTypeOf<WebBackend>();
  expectTypeOf<WebBackend>().toExtend<Backend>();
  expectTypeOf<WebBackend['lost']>().toEqualTypeOf<Promise<InternVLError> | undefined>();
  expectTypeOf(webBackend).parameter(0).toHaveProperty('device').toEqualTypeOf<WebDevice>();
  expectTypeOf(probeDevice).returns.resolves.toEqualTypeOf<DeviceFacts>();
  expectTypeOf(chooseRuntime).toBeCallableWith({} as DeviceFacts, {} as ModelSizes, { backend: 'wasm' });
  expectTypeOf(chooseRuntime).returns.toEqualTypeOf<RuntimeChoice>();
  expectTypeOf(countGpuTraffic).returns.returns.toHaveProperty('downloads').toBeNumber();
});

it('demands the files of the runtime', () => {
  // @ts-expect-error Without them threads hang.
  expectTypeOf(webBackend).toBeCallableWith({ device: 'wasm' });
});

it('fits onnxruntime-web as it is', () => {
  expectTypeOf<typeof import('onnxruntime-web/webgpu')>().toExtend<OrtNamespace>();
});
