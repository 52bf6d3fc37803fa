import type { Backend } from '@internvl/backend';
import type { OrtNamespace } from '@internvl/backend/ort';
import { expectTypeOf, it } from 'vitest';
import { type DeviceReport, listDevices, type NodeDevice, nodeBackend, readRange } from './index.js';
import { type NativeBackendOptions, nativeBackend } from './native/index.js';

it('has these types', () => {
  expectTypeOf(nodeBackend).returns.resolves.toExtend<Backend>();
  expectTypeOf(nodeBackend).parameter(0).exclude<undefined>().toHaveProperty('threads');
  expectTypeOf<'cuda'>().toExtend<NodeDevice>();
  expectTypeOf(nativeBackend).returns.resolves.toExtend<Backend>();
  expectTypeOf<NativeBackendOptions>().toHaveProperty('prepack').toEqualTypeOf<boolean | undefined>();
  expectTypeOf(listDevices).returns.resolves.toEqualTypeOf<readonly DeviceReport[]>();
  expectTypeOf<Extract<DeviceReport, { works: false }>>().toHaveProperty('remedy').toBeString();
  expectTypeOf(readRange).returns.resolves.toEqualTypeOf<Uint8Array>();
});

it('fits onnxruntime-node as it is', () => {
  expectTypeOf<typeof import('onnxruntime-node')>().toExtend<OrtNamespace>();
});
