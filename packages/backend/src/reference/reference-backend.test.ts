import { describe, expect, it } from 'vitest';
import { hostTensor } from '../host-tensor.js';
import { encodeModel } from '../onnx/encode.js';
import type { OnnxAttribute, OnnxNode } from '../onnx/model.js';
import { fromHalf, toHalf } from './half.js';
import { erf } from './operators/activation.js';
import { referenceBackend } from './reference-backend.js';

function node(
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, OnnxAttribute> = {},
) {
  const domain = op === 'Odd' ? 'com.example' : op.startsWith('Rotary') ? 'com.microsoft' : '';
  return { name: `make ${outputs}`, op, domain, inputs, outputs, attributes };
}

function model(nodes: readonly OnnxNode[], opset = 21): { bytes: Uint8Array } {
  return {
    bytes: encodeModel({
      irVersion: 10,
      opsets: { '': opset },
      producer: 'test',
      graph: {
        name: 'test',
        nodes,
        initializers: [],
        inputs: [{ name: 'x', type: 'float32', dims: ['rows', 'columns'] }],
        outputs: [{ name: 'y', type: 'float32', dims: ['rows', 'columns'] }],
      },
    }),
  };
}

const x = hostTensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]);

describe('referenceBackend', () => {
  it('names every operator it does not know', async () => {
    const load = referenceBackend().load(
      model([node('Odd', ['x'], ['a']), node('Einsum', ['a'], ['b']), node('Odd', ['b'], ['y'])]),
    );
    await expect(load).rejects.toMatchObject({
      code: 'unsupported-operator',
      facts: { operators: ['Einsum', 'com.example.Odd'] },
    });
  });

  it('refuses a variant of an operator that it does not do, at loading', async () => {
    const load = referenceBackend().load(
      model([node('RotaryEmbedding', ['x', 'x', 'x', 'x'], ['y'], { interleaved: { int: 1 } })]),
    );
    await expect(load).rejects.toMatchObject({
      code: 'unsupported-operator',
      facts: { expected: 'interleaved = 0', found: 'interleaved = 1' },
    });
  });

  it.each([
    ['an old opset', model([node('Add', ['x', 'x'], ['y'])], 13)],
    ['a value that is used before it is made', model([node('Add', ['x', 'z'], ['y'])])],
    ['an output that nothing makes', model([node('Add', ['x', 'x'], ['z'])])],
  ])('refuses %s', async (_, source) => {
    await expect(referenceBackend().load(source)).rejects.toMatchObject({ code: 'model-unreadable' });
  });

  it('reads no files unless it is told how', async () => {
    await expect(referenceBackend().load({ path: 'x.onnx' })).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });

  it('names the node when sizes inside do not fit', async () => {
    const graph = await referenceBackend().load(model([node('MatMul', ['x', 'x'], ['y'])]));
    const odd = hostTensor('float32', new Float32Array(6), [2, 3]);
    await expect(graph.run({ x: odd })).rejects.toMatchObject({
      code: 'run-failed',
      facts: { operator: 'MatMul', node: 'make y', actual: '[2, 3] and [2, 3]' },
    });
  });

  it('computes what depends on constants alone when it loads', async () => {
    const three = { value_float: { float: 3 } };
    const graph = await referenceBackend().load(
      model([
        node('Constant', [], ['three'], three),
        node('Add', ['three', 'three'], ['six']),
        node('Mul', ['x', 'six'], ['y']),
      ]),
    );
    const { y } = await graph.run({ x });
    expect(y?.data).toEqual(Float32Array.of(6, 12, 18, 24));
  });

  it('gives the event loop its turn during a long run, so that abort stops it', async () => {
    const size = 96;
    const names = Array.from({ length: 400 }, (_, i) => (i === 0 ? 'x' : i === 399 ? 'y' : `v${i}`));
    const nodes = names.slice(1).map((name, i) => node('MatMul', [names[i]!, 'x'], [name]));
    const graph = await referenceBackend().load(model(nodes));
    const controller = new AbortController();
    const zeros = hostTensor('float32', new Float32Array(size * size), [size, size]);
    const run = graph.run({ x: zeros }, { signal: controller.signal });
    setTimeout(() => controller.abort('enough'));
    await expect(run).rejects.toBe('enough');
  });
});

describe('erf', () => {
  it.each([
    [0, 0],
    [0.5, 0.5204998778130465],
    [-1, -0.8427007929497149],
    [3, 0.9999779095030014],
    [6.5, 1],
  ])('of %f is %f', (at, value) => expect(erf(at)).toBeCloseTo(value, 14));
});

describe('half precision', () => {
  it('survives the way through float64, all 65536 of it', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromHalf(bits);
      if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits);
    }
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
  });

  it.each([
    [2049, 2048],
    [2051, 2052],
    [65519, 65504],
    [65520, Number.POSITIVE_INFINITY],
    [2 ** -25, 0],
    [1.5 * 2 ** -25, 2 ** -24],
    [1e-300, 0],
  ])('rounds %f to %f, ties to even', (value, nearest) => expect(fromHalf(toHalf(value))).toBe(nearest));
});
