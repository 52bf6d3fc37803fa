import { describe, expect, it } from 'vitest';
import { InternVLError } from '../error.js';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';
import { externalLocations } from './external-locations.js';
import type { OnnxModel } from './model.js';
import { ProtoWriter } from './wire.js';

const model: OnnxModel = {
  irVersion: 10,
  opsets: { '': 21, 'com.microsoft': 1 },
  producer: 'test',
  graph: {
    name: 'everything',
    nodes: [
      {
        name: 'n',
        op: 'Op',
        domain: 'com.microsoft',
        inputs: ['x', '', 'w'],
        outputs: ['y'],
        attributes: {
          int: { int: -3 },
          big: { int: 2 ** 40 },
          float: { float: 0.5 },
          string: { string: 'tanh é' },
          ints: { ints: [1, -1, 300] },
          floats: { floats: [0.25, -2] },
          strings: { strings: ['a', ''] },
          tensor: { tensor: { name: '', type: 'int64', dims: [1], data: new Uint8Array(8).fill(1) } },
        },
      },
    ],
    initializers: [
      {
        name: 'w',
        type: 'float16',
        dims: [2, 2],
        external: { location: 'weights.data', offset: 5 * 2 ** 30, length: 8 },
      },
      { name: 's', type: 'float32', dims: [], data: Uint8Array.of(0, 0, 128, 63) },
    ],
    inputs: [{ name: 'x', type: 'float32', dims: ['batch', 3, 'past'] }],
    outputs: [{ name: 'y', type: 'bool', dims: [] }],
  },
};

describe('ONNX encoding', () => {
  it('reads back what it wrote', () => {
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  it('names the files of external data', () => {
    expect(externalLocations(encodeModel(model))).toEqual(['weights.data']);
  });

  it('reads numbers that are listed rather than raw', () => {
    const bytes = new ProtoWriter();
    bytes.int(1, 10);
    bytes.message(7, (graph) => {
      graph.message(5, (tensor) => {
        tensor.int(1, 2);
        tensor.int(2, 1);
        tensor.float(4, 1);
        tensor.float(4, 2);
        tensor.string(8, 'a');
      });
      graph.message(5, (tensor) => {
        tensor.int(1, 1);
        tensor.int(2, 7);
        tensor.bytes(7, Uint8Array.of(5));
        tensor.string(8, 'b');
      });
    });
    const { initializers } = decodeModel(bytes.finish()).graph;
    expect(initializers).toEqual([
      { name: 'a', type: 'float32', dims: [2], data: new Uint8Array(Float32Array.of(1, 2).buffer) },
      { name: 'b', type: 'int64', dims: [1], data: new Uint8Array(BigInt64Array.of(5n).buffer) },
    ]);
  });

  it('refuses every truncation and garbage with its code', () => {
    const bytes = encodeModel({ ...model, opsets: {} });
    for (let length = 0; length < bytes.length; length++) {
      let error: unknown;
      try {
        decodeModel(bytes.subarray(0, length));
      } catch (caught) {
        error = caught;
      }
      expect(InternVLError.is(error), `${length} of ${bytes.length} bytes`).toBe(true);
    }
    expect(() => decodeModel(new TextEncoder().encode('<!doctype html>'))).toThrow(/Expected an ONNX model/);
  });
});
