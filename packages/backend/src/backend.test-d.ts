import { expectTypeOf, it } from 'vitest';
import { type ConformanceCase, conformanceCases, runConformance } from './conformance/index.js';
import {
  type Backend,
  checkRun,
  type DType,
  dims,
  type Graph,
  hostTensor,
  InternVLError,
  type ModelSource,
  type Tensor,
  type Tensors,
  untilAborted,
} from './index.js';
import { decodeModel, encodeModel, type OnnxModel, type OnnxTensor } from './onnx/index.js';
import { ortBackend } from './ort/index.js';
import { referenceBackend } from './reference/index.js';
import {
  modelConfig,
  type RemoteBackendOptions,
  remoteBackend,
  type TritonModelConfig,
} from './remote/index.js';

it('ties element types to arrays', () => {
  expectTypeOf(hostTensor('int64', new BigInt64Array(1), [1])).toEqualTypeOf<Tensor<'int64'>>();
  // @ts-expect-error: int64 is not held in a Float32Array
  hostTensor('int64', new Float32Array(1), [1]);
  expectTypeOf<Tensor<'float16'>['data']>().toEqualTypeOf<Uint16Array>();
  expectTypeOf<Tensor<'float32'>>().toExtend<Tensor>();
});

it('names the sizes of a shape', () => {
  expectTypeOf(dims({ dims: [1, 2] }, 'n', 2)).toEqualTypeOf<readonly [number, number]>();
});

it('narrows errors', () => {
  const error: unknown = new Error('x');
  if (InternVLError.is(error, 'x'))
    expectTypeOf(error.facts).toEqualTypeOf<Readonly<Record<string, unknown>>>();
});

it('makes backends', () => {
  expectTypeOf(referenceBackend()).toExtend<Backend>();
  expectTypeOf(ortBackend).returns.toExtend<Backend>();
  expectTypeOf<Backend['load']>().parameter(0).toEqualTypeOf<ModelSource>();
  expectTypeOf<Backend['load']>().returns.resolves.toEqualTypeOf<Graph>();
  expectTypeOf<Graph['run']>().returns.resolves.toEqualTypeOf<Tensors>();
  expectTypeOf<DType>().toEqualTypeOf<
    'float32' | 'float16' | 'int64' | 'int32' | 'uint8' | 'int8' | 'bool'
  >();
});

it('reaches servers', () => {
  expectTypeOf(remoteBackend).returns.resolves.toEqualTypeOf<Backend>();
  expectTypeOf(remoteBackend).parameter(0).toEqualTypeOf<RemoteBackendOptions>();
  // @ts-expect-error: an address is needed
  const options: RemoteBackendOptions = { timeoutMs: 1 };
  expectTypeOf(options).toExtend<RemoteBackendOptions>();
  expectTypeOf(modelConfig).returns.toEqualTypeOf<TritonModelConfig>();
  expectTypeOf<Graph>().toExtend<Parameters<typeof modelConfig>[1]>();
});

it('helps those who write one', () => {
  expectTypeOf(checkRun).returns.toBeVoid();
  expectTypeOf(untilAborted<number>).returns.resolves.toBeNumber();
  expectTypeOf(conformanceCases).toEqualTypeOf<readonly ConformanceCase[]>();
  expectTypeOf(runConformance).parameter(0).toEqualTypeOf<Backend>();
});

it('writes and reads ONNX', () => {
  expectTypeOf(decodeModel).returns.toEqualTypeOf<OnnxModel>();
  expectTypeOf(encodeModel).parameter(0).toEqualTypeOf<OnnxModel>();
  // @ts-expect-error: a tensor has its elements in the model or beside it
  const tensor: OnnxTensor = { name: 'w', type: 'float32', dims: [] };
  expectTypeOf(tensor).toExtend<OnnxTensor>();
});
