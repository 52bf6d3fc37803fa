import { encodeModel } from '../onnx/encode.js';
import { ATTENTION_TOKENS, ATTENTION_TOLERANCE, attentionError } from './attention-error.js';
import type { ExecutionProvider, OrtNamespace } from './ort-namespace.js';

/**
 * Why an execution provider cannot be used here, undefined when it can: runs a graph of one node on it and, with
 * `checkAttention`, an attention whose result is known.
 */
export async function providerFault(
  ort: OrtNamespace,
  executionProvider: ExecutionProvider,
  { checkAttention }: { readonly checkAttention: boolean },
): Promise<string | undefined> {
  try {
    await runOneNode(ort, executionProvider);
    if (!checkAttention) return undefined;
    const error = await attentionError(ort, executionProvider);
    if (error <= ATTENTION_TOLERANCE) return undefined;
    return `it computes attention over ${ATTENTION_TOKENS} tokens wrongly, by ${error.toFixed(2)}; software adapters with narrow subgroups do`;
  } catch (error) {
    // What the runtime said, without the place in its source that it puts in front.
    const said = error instanceof Error ? error.message : String(error);
    return said.replace(/^.* was false\. /s, '').trim();
  }
}

async function runOneNode(ort: OrtNamespace, executionProvider: ExecutionProvider): Promise<void> {
  const model = encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    producer: 'internvl',
    graph: {
      name: 'probe',
      nodes: [{ name: 'double', op: 'Add', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
      initializers: [],
      inputs: [{ name: 'x', type: 'float32', dims: [2] }],
      outputs: [{ name: 'y', type: 'float32', dims: [2] }],
    },
  });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [executionProvider],
    logSeverityLevel: 4,
  });
  try {
    await session.run({ x: new ort.Tensor('float32', Float32Array.of(1, 2), [2]) }, { y: null });
  } finally {
    await session.release();
  }
}
