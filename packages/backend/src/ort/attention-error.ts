import { encodeModel } from '../onnx/encode.js';
import type { ExecutionProvider, OrtNamespace } from './ort-namespace.js';

/** From here on ONNX Runtime 1.30 takes its FlashAttention shader on WebGPU, which is wrong where subgroups have 4 lanes. */
export const ATTENTION_TOKENS = 32;

/** Wide enough for reduced precision on a GPU; a wrong shader is off by several units. */
export const ATTENTION_TOLERANCE = 0.1;

const HEAD_SIZE = 8;

/**
 * How far a device is off, at most, in an attention whose result is known: with queries and keys of zero every token
 * takes the mean of the values up to its own, and the value of token `i` is `i`, so token `i` gets `i / 2`.
 */
export async function attentionError(
  ort: OrtNamespace,
  executionProvider: ExecutionProvider,
): Promise<number> {
  const session = await ort.InferenceSession.create(attentionModel(), {
    executionProviders: [executionProvider],
    logSeverityLevel: 4,
  });
  try {
    const dims = [1, ATTENTION_TOKENS, HEAD_SIZE];
    const zeros = new Float32Array(ATTENTION_TOKENS * HEAD_SIZE);
    const values = zeros.map((_, at) => Math.floor(at / HEAD_SIZE));
    const past = new ort.Tensor('float32', new Float32Array(0), [1, 1, 0, HEAD_SIZE]);
    const { y } = await session.run(
      {
        query: new ort.Tensor('float32', zeros, dims),
        key: new ort.Tensor('float32', zeros, dims),
        value: new ort.Tensor('float32', values, dims),
        past_key: past,
        past_value: past,
        seqlens_k: new ort.Tensor('int32', Int32Array.of(ATTENTION_TOKENS - 1), [1]),
        total_sequence_length: new ort.Tensor('int32', Int32Array.of(ATTENTION_TOKENS), [1]),
      },
      { y: null },
    );
    const computed = y?.data;
    if (!(computed instanceof Float32Array)) return Number.POSITIVE_INFINITY;
    const errors = computed.map((number, at) => Math.abs(number - values[at]! / 2));
    return errors.every(Number.isFinite) ? Math.max(...errors) : Number.POSITIVE_INFINITY;
  } finally {
    await session.release();
  }
}

function attentionModel(): Uint8Array {
  const sequence = [1, 'sequence', HEAD_SIZE];
  const cache = [1, 1, 'past', HEAD_SIZE];
  const float = (name: string, dims: readonly (number | string)[]) =>
    ({ name, type: 'float32', dims }) as const;
  const integer = (name: string) => ({ name, type: 'int32', dims: [1] }) as const;
  const inputs = [
    float('query', sequence),
    float('key', sequence),
    float('value', sequence),
    float('past_key', cache),
    float('past_value', cache),
    integer('seqlens_k'),
    integer('total_sequence_length'),
  ];
  const attention = {
    name: 'attention',
    op: 'GroupQueryAttention',
    domain: 'com.microsoft',
    inputs: inputs.map(({ name }) => name),
    outputs: ['y', 'present_key', 'present_value'],
    attributes: { num_heads: { int: 1 }, kv_num_heads: { int: 1 } },
  };
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21, 'com.microsoft': 1 },
    producer: 'internvl',
    graph: {
      name: 'attention',
      nodes: [attention],
      initializers: [],
      inputs,
      outputs: [
        float('y', sequence),
        float('present_key', [1, 1, 'total', HEAD_SIZE]),
        float('present_value', [1, 1, 'total', HEAD_SIZE]),
      ],
    },
  });
}
