import { type DType, hostTensor, type Tensor, type TensorData } from '@internvl/backend';
import { encodeModel, type OnnxAttribute, typeCode } from '@internvl/backend/onnx';
import { referenceBackend } from '@internvl/backend/reference';
import { describe, expect, it } from 'vitest';
import { nodeBackend } from './node-backend.js';

/*
 * The reference backend against ONNX Runtime, operator by operator, in the forms that the conformance cases leave
 * out: axes, steps, broadcasting, leftovers.
 */

interface Check {
  readonly op: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Element types of the outputs that are asked for; an output that is not is undefined. */
  readonly outputs?: readonly (DType | undefined)[];
}

const floats = (seed: number, ...dims: number[]) => {
  const data = Float32Array.from(
    { length: dims.reduce((a, b) => a * b, 1) },
    (_, i) => 3 * Math.sin(seed + i * 1.7),
  );
  return hostTensor('float32', data, dims);
};
const longs = (...values: number[]) =>
  hostTensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
const scalar = (value: number) => hostTensor('int64', BigInt64Array.of(BigInt(value)), []);
const int = (value: number): OnnxAttribute => ({ int: value });
const ints = (...values: number[]): OnnxAttribute => ({ ints: values });

const numbers = (value: number) => hostTensor('float32', Float32Array.of(value), []);
const codes = (seed: number, ...dims: number[]) => {
  const length = dims.reduce((a, b) => a * b, 1);
  return hostTensor(
    'uint8',
    Uint8Array.from({ length }, (_, i) => (seed * 83 + i * 37) % 256),
    dims,
  );
};
const scales = (...dims: number[]) => {
  const length = dims.reduce((a, b) => a * b, 1);
  return hostTensor(
    'float32',
    Float32Array.from({ length }, (_, i) => 2e-4 * (1 + (i % 7))),
    dims,
  );
};

const checks: Readonly<Record<string, Check>> = {
  'Add of a row': { op: 'Add', inputs: [floats(1, 2, 3, 4), floats(2, 4)] },
  'Add of a column': { op: 'Add', inputs: [floats(1, 2, 3, 4), floats(2, 3, 1)] },
  'Add of both sides stretched': { op: 'Add', inputs: [floats(1, 2, 1, 4), floats(2, 1, 3, 1)] },
  'Add of int64': { op: 'Add', inputs: [longs(1, -2, 3), longs(10)], outputs: ['int64'] },
  'Sub of int64': { op: 'Sub', inputs: [longs(1, -2, 3), longs(10)], outputs: ['int64'] },
  Sub: { op: 'Sub', inputs: [floats(1, 2, 3), floats(2, 2, 3)] },
  Mul: { op: 'Mul', inputs: [floats(1, 2, 3), floats(2, 1)] },
  Div: { op: 'Div', inputs: [floats(1, 2, 3), floats(2, 2, 3)] },
  Sigmoid: { op: 'Sigmoid', inputs: [floats(1, 40)] },
  Gelu: { op: 'Gelu', inputs: [floats(1, 40)] },
  'Gelu by tanh': { op: 'Gelu', inputs: [floats(1, 40)], attributes: { approximate: { string: 'tanh' } } },
  QuickGelu: { op: 'com.microsoft.QuickGelu', inputs: [floats(1, 40)] },
  'Softmax of the last axis': { op: 'Softmax', inputs: [floats(1, 3, 5)] },
  'Softmax of an inner axis': { op: 'Softmax', inputs: [floats(1, 3, 5, 2)], attributes: { axis: int(1) } },
  'MatMul of batches': { op: 'MatMul', inputs: [floats(1, 2, 1, 3, 5), floats(2, 4, 5, 2)] },
  'MatMul of a batch by one matrix': { op: 'MatMul', inputs: [floats(1, 2, 3, 6), floats(2, 6, 4)] },
  Gemm: { op: 'Gemm', inputs: [floats(1, 3, 5), floats(2, 5, 2), floats(3, 3, 1)] },
  'Gemm of no rows': {
    op: 'Gemm',
    inputs: [floats(1, 0, 5), floats(2, 2, 5)],
    attributes: { transB: int(1) },
  },
  'Conv with steps and margins': {
    op: 'Conv',
    inputs: [floats(1, 2, 3, 7, 6), floats(2, 4, 3, 3, 2), floats(3, 4)],
    attributes: { strides: ints(2, 1), pads: ints(1, 0, 2, 1), kernel_shape: ints(3, 2) },
  },
  'LayerNormalization without bias': { op: 'LayerNormalization', inputs: [floats(1, 2, 3, 4), floats(2, 4)] },
  'LayerNormalization over two axes': {
    op: 'LayerNormalization',
    inputs: [floats(1, 2, 3, 4), floats(2, 3, 4), floats(3, 3, 4)],
    attributes: { axis: int(1) },
  },
  'SimplifiedLayerNormalization of heads': {
    op: 'SimplifiedLayerNormalization',
    inputs: [floats(1, 2, 3, 2, 4), floats(2, 4)],
    attributes: { axis: int(-1), epsilon: { float: 1e-6 } },
  },
  SkipLayerNormalization: {
    op: 'com.microsoft.SkipLayerNormalization',
    inputs: [floats(1, 1, 3, 4), floats(2, 1, 3, 4), floats(3, 4), floats(4, 4), floats(5, 4)],
    outputs: ['float32', undefined, undefined, 'float32'],
  },
  SkipSimplifiedLayerNormalization: {
    op: 'com.microsoft.SkipSimplifiedLayerNormalization',
    inputs: [floats(1, 1, 3, 4), floats(2, 1, 3, 4), floats(3, 4), floats(5, 4)],
    outputs: ['float32', undefined, undefined, 'float32'],
  },
  'Reshape by 0 and -1': { op: 'Reshape', inputs: [floats(1, 2, 3, 4), longs(0, -1)] },
  'Reshape to nothing': {
    op: 'Reshape',
    inputs: [floats(1, 2, 0, 4), longs(0, 8)],
    attributes: { allowzero: int(1) },
  },
  Shape: { op: 'Shape', inputs: [floats(1, 2, 3, 4)], outputs: ['int64'] },
  'Shape of a part': {
    op: 'Shape',
    inputs: [floats(1, 2, 3, 4)],
    attributes: { start: int(-2), end: int(3) },
    outputs: ['int64'],
  },
  Squeeze: { op: 'Squeeze', inputs: [floats(1, 1, 3, 1), longs(-1)] },
  'Squeeze of all': { op: 'Squeeze', inputs: [floats(1, 1, 3, 1)] },
  Unsqueeze: { op: 'Unsqueeze', inputs: [floats(1, 2, 3), longs(0, -1)] },
  Expand: { op: 'Expand', inputs: [floats(1, 3, 1), longs(2, 1, 4)] },
  Identity: { op: 'Identity', inputs: [floats(1, 3)] },
  'Transpose backwards': { op: 'Transpose', inputs: [floats(1, 2, 3, 4)] },
  'Transpose of six axes': {
    op: 'Transpose',
    inputs: [floats(1, 2, 3, 2, 2, 3, 2)],
    attributes: { perm: ints(0, 1, 3, 2, 4, 5) },
  },
  'Transpose of int64': {
    op: 'Transpose',
    inputs: [hostTensor('int64', BigInt64Array.of(1n, 2n, 3n, -4n, 5n, 6n), [2, 3])],
    outputs: ['int64'],
  },
  'Concat inside': {
    op: 'Concat',
    inputs: [floats(1, 2, 1, 3), floats(2, 2, 4, 3), floats(3, 2, 0, 3)],
    attributes: { axis: int(-2) },
  },
  'Split by sizes': {
    op: 'Split',
    inputs: [floats(1, 2, 5, 2), longs(1, 4)],
    attributes: { axis: int(1) },
    outputs: ['float32', 'float32'],
  },
  'Split into parts': {
    op: 'Split',
    inputs: [floats(1, 5)],
    attributes: { num_outputs: int(3) },
    outputs: ['float32', 'float32', 'float32'],
  },
  'Slice of two axes': {
    op: 'Slice',
    inputs: [floats(1, 3, 5, 4), longs(1, -3), longs(9, -1), longs(0, 2), longs(1, 1)],
  },
  'Slice backwards by steps': {
    op: 'Slice',
    inputs: [floats(1, 3, 7), longs(-1), longs(-100), longs(1), longs(-2)],
  },
  'Slice of nothing': { op: 'Slice', inputs: [floats(1, 3, 7), longs(4), longs(2), longs(1)] },
  'Gather of rows': {
    op: 'Gather',
    inputs: [floats(1, 5, 3), hostTensor('int64', BigInt64Array.of(4n, 0n, -1n, 2n), [2, 2])],
  },
  'Gather inside': { op: 'Gather', inputs: [floats(1, 2, 5, 3), longs(3, 3)], attributes: { axis: int(1) } },
  'Gather of one': { op: 'Gather', inputs: [floats(1, 5, 3), scalar(2)] },
  Pad: { op: 'Pad', inputs: [floats(1, 2, 3, 4), longs(0, 1, 2, 1, 0, 1)] },
  ScatterElements: {
    op: 'ScatterElements',
    inputs: [
      floats(1, 3, 4),
      hostTensor('int64', BigInt64Array.of(3n, 0n, -1n, 1n), [2, 2]),
      floats(2, 2, 2),
    ],
    attributes: { axis: int(1) },
  },
  'ReduceSum of an axis': { op: 'ReduceSum', inputs: [floats(1, 3, 4, 2), longs(1)] },
  'ReduceSum of all': { op: 'ReduceSum', inputs: [floats(1, 3, 4)], attributes: { keepdims: int(0) } },
  'ReduceMax of two axes': {
    op: 'ReduceMax',
    inputs: [floats(1, 3, 4, 2), longs(-1, 0)],
    attributes: { keepdims: int(0) },
  },
  ArgMax: { op: 'ArgMax', inputs: [floats(1, 3, 4)], attributes: { axis: int(1) }, outputs: ['int64'] },
  'ArgMax without its axis': {
    op: 'ArgMax',
    inputs: [floats(1, 3, 4)],
    attributes: { axis: int(0), keepdims: int(0) },
    outputs: ['int64'],
  },
  'ArgMax of equal numbers': {
    op: 'ArgMax',
    inputs: [hostTensor('float32', Float32Array.of(1, 3, 3, -1, -1, -2), [2, 3])],
    attributes: { axis: int(-1), keepdims: int(0) },
    outputs: ['int64'],
  },
  TopK: { op: 'TopK', inputs: [floats(1, 3, 6), longs(4)], outputs: ['float32', 'int64'] },
  ConstantOfShape: {
    op: 'ConstantOfShape',
    inputs: [longs(2, 3)],
    attributes: {
      value: {
        tensor: { name: '', type: 'float32', dims: [1], data: new Uint8Array(Float32Array.of(7).buffer) },
      },
    },
  },
  'Constant of numbers': { op: 'Constant', inputs: [], attributes: { value_floats: { floats: [1, 2] } } },
  'RotaryEmbedding with heads in front and an offset': {
    op: 'com.microsoft.RotaryEmbedding',
    inputs: [floats(1, 2, 3, 4, 8), longs(2), floats(2, 9, 4), floats(3, 9, 4)],
  },
  'MultiHeadAttention over other keys': {
    op: 'com.microsoft.MultiHeadAttention',
    inputs: [floats(1, 2, 3, 8), floats(2, 2, 5, 8), floats(3, 2, 5, 8)],
    attributes: { num_heads: int(2), scale: { float: 0.2 } },
  },
  Abs: { op: 'Abs', inputs: [floats(1, 3, 4)] },
  'Max of a column': { op: 'Max', inputs: [floats(1, 3, 4), floats(2, 3, 1)] },
  'Max of int64': { op: 'Max', inputs: [longs(1, -2, 3), longs(0)], outputs: ['int64'] },
  'Min of int64': { op: 'Min', inputs: [longs(1, -2, 3), longs(0)], outputs: ['int64'] },
  GreaterOrEqual: { op: 'GreaterOrEqual', inputs: [longs(1, -2, 3), longs(1)], outputs: ['bool'] },
  'Where of rows': {
    op: 'Where',
    inputs: [hostTensor('bool', Uint8Array.of(1, 0, 1), [3, 1]), floats(1, 3, 4), floats(2, 3, 4)],
  },
  'QuantizeLinear with ties and beyond the ends': {
    op: 'QuantizeLinear',
    inputs: [
      hostTensor('float32', Float32Array.of(0, 0.25, 0.75, -0.25, 1000, -1000, 31.3, -31.8), [2, 4]),
      numbers(0.5),
      hostTensor('uint8', Uint8Array.of(128), []),
    ],
    outputs: ['uint8'],
  },
  'MatMulIntegerToFloat by channel': {
    op: 'com.microsoft.MatMulIntegerToFloat',
    inputs: [
      codes(1, 2, 3, 40),
      codes(2, 40, 5),
      numbers(0.001),
      hostTensor('float32', Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5), [5]),
      hostTensor('uint8', Uint8Array.of(128), []),
      hostTensor('uint8', Uint8Array.of(120), []),
    ],
  },
  'MatMulIntegerToFloat by signed weights': {
    op: 'com.microsoft.MatMulIntegerToFloat',
    inputs: [
      codes(1, 2, 3, 40),
      hostTensor(
        'int8',
        Int8Array.from({ length: 200 }, (_, i) => ((i * 37) % 127) - 63),
        [40, 5],
      ),
      numbers(0.001),
      numbers(0.4),
      hostTensor('uint8', Uint8Array.of(128), []),
      hostTensor('int8', Int8Array.of(0), []),
    ],
  },
  ...Object.fromEntries(
    [4, 8].flatMap((bits) => [
      [
        `MatMulNBits of ${bits} bits, the last block not full`,
        {
          op: 'com.microsoft.MatMulNBits',
          inputs: [floats(1, 2, 3, 40), codes(2, 6, 2, 4 * bits), scales(6, 2)],
          attributes: { N: int(6), K: int(40), bits: int(bits), block_size: int(32) },
        },
      ],
      [
        `GatherBlockQuantized of ${bits} bits`,
        {
          op: 'com.microsoft.GatherBlockQuantized',
          inputs: [
            codes(2, 5, 8 * bits),
            hostTensor('int64', BigInt64Array.of(4n, 0n, 3n, 2n), [2, 2]),
            scales(5, 2),
          ],
          attributes: { gather_axis: int(0), quantize_axis: int(1), bits: int(bits), block_size: int(32) },
        },
      ],
      [
        `QMoE of ${bits} bits`,
        {
          op: 'com.microsoft.QMoE',
          inputs: [
            floats(1, 2, 3, 64),
            floats(2, 6, 4),
            codes(3, 4, 64, 8 * bits),
            scales(4, 64, 2),
            undefined,
            codes(4, 4, 64, 4 * bits),
            scales(4, 64, 1),
          ],
          attributes: {
            k: int(2),
            activation_type: { string: 'swiglu' },
            swiglu_fusion: int(1),
            activation_alpha: { float: 1 },
            activation_beta: { float: 0 },
            normalize_routing_weights: int(1),
            expert_weight_bits: int(bits),
            block_size: int(32),
          },
        },
      ],
    ]),
  ),
  ...casts(),
};

/** Casts between the types whose numbers fit. */
function casts(): Record<string, Check> {
  const sources: readonly Tensor[] = [
    hostTensor('float32', Float32Array.of(0, -0, 1.5, -2.5, 100, 0.1, 6.1e-5, 2049, 2051, -1e-7), [10]),
    hostTensor('float16', Uint16Array.of(0, 0x8000, 0x3c00, 0xbe00, 0x7bff, 0x0001, 0x03ff, 0x0400), [8]),
    hostTensor('int32', Int32Array.of(0, 1, -1, 7, 2 ** 24 + 1), [5]),
    hostTensor('int64', BigInt64Array.of(0n, 1n, -1n, 7n, 2n ** 24n + 1n), [5]),
    hostTensor('uint8', Uint8Array.of(0, 1, 7, 255), [4]),
    hostTensor('int8', Int8Array.of(0, 1, -7, 127), [4]),
    hostTensor('bool', Uint8Array.of(0, 1), [2]),
  ];
  const targets = ['float32', 'float16', 'int64', 'int32', 'bool'] as const;
  const pairs = sources.flatMap((source) => targets.map((target) => ({ source, target })));
  return Object.fromEntries(
    pairs.map(({ source, target }) => [
      `Cast of ${source.type} to ${target}`,
      { op: 'Cast', inputs: [source], attributes: { to: int(typeCode(target)) }, outputs: [target] },
    ]),
  );
}

/** A model of one node whose inputs are ports. */
function modelOf({ op, inputs, attributes = {}, outputs = ['float32'] }: Check): Uint8Array {
  const dot = op.lastIndexOf('.');
  const name = (prefix: string, present: unknown, index: number) =>
    present === undefined ? '' : `${prefix}${index}`;
  const ports = inputs.flatMap((tensor, index) =>
    tensor ? [{ name: `x${index}`, type: tensor.type, dims: tensor.dims }] : [],
  );
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21, 'com.microsoft': 1 },
    producer: 'test',
    graph: {
      name: 'test',
      nodes: [
        {
          name: 'node',
          op: op.slice(dot + 1),
          domain: op.slice(0, Math.max(0, dot)),
          inputs: inputs.map((tensor, index) => name('x', tensor, index)),
          outputs: outputs.map((type, index) => name('y', type, index)),
          attributes,
        },
      ],
      initializers: [],
      inputs: ports,
      // A rank is needed, the sizes are the runtime's to find.
      outputs: outputs.flatMap((type, index) => (type ? [{ name: `y${index}`, type, dims: [] }] : [])),
    },
  });
}

async function resultsOf(check: Check, backend: Awaited<ReturnType<typeof nodeBackend>>) {
  const graph = await backend.load({ bytes: modelOf(check) });
  const feeds = Object.fromEntries(
    check.inputs.flatMap((tensor, index) => (tensor ? [[`x${index}`, tensor]] : [])),
  );
  const results = await graph.run(feeds);
  await graph.dispose();
  return Object.entries(results).map(([name, { type, dims, data }]) => ({ name, type, dims, data }));
}

describe('the reference backend agrees with onnxruntime-node on', async () => {
  const cpu = await nodeBackend({ device: 'cpu', fallback: 'none' });
  const reference = referenceBackend();
  for (const [name, check] of Object.entries(checks)) {
    it(name, async () => {
      const expected = await resultsOf(check, cpu);
      const actual = await resultsOf(check, reference);
      expect(actual.map(({ type, dims }) => [type, dims])).toEqual(
        expected.map(({ type, dims }) => [type, dims]),
      );
      actual.forEach(({ data }, index) => {
        const wanted: TensorData[DType] = expected[index]!.data;
        for (let i = 0; i < wanted.length; i++) expect(Number(data[i])).toBeCloseTo(Number(wanted[i]), 5);
      });
    });
  }
});
