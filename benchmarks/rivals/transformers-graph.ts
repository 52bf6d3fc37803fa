import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint, LlmConfig, TensorSource } from '@internvl/checkpoint';
import { type Attributes, GraphBuilder } from '../../packages/checkpoint/src/onnx/graph-builder.js';
import { addBias, rmsNorm } from '../../packages/checkpoint/src/onnx/norm.js';
import { codes, scales } from '../../packages/checkpoint/src/onnx/quantised-weight.js';
import { type Matrix, tensorMatrix } from '../../packages/checkpoint/src/write/matrix.js';
import { quantisedBlocks } from '../../packages/checkpoint/src/write/quantised-blocks.js';
import { storedRows } from '../../packages/checkpoint/src/write/stored-tensor.js';
import { writeGraphs } from './write-graphs.js';

export interface TransformersGraphOptions {
  /** Left out, as the quantisation script of transformers.js leaves it out; or 4, which lets activations be eight bits. */
  readonly accuracyLevel?: 4 | undefined;
}

const blockSize = 32;
/** Positions that rotations are stored for. */
const positions = 4096;
const model = 'language_model.model.';

/**
 * Writes a Qwen2 language model as transformers.js loads it with `dtype: 'q4'`: `onnx/model_q4.onnx` with the inputs and outputs of its
 * exporter, fused attention, logits of as many last tokens as are asked for, four bits in blocks of 32, the embedding table in float32.
 */
export async function writeTransformersModel(
  { config, weights }: Pick<Checkpoint, 'config' | 'weights'>,
  folder: string,
  options: TransformersGraphOptions = {},
): Promise<void> {
  const { llm } = config;
  if (llm?.family !== 'qwen2' || llm.rope.type !== 'default') throw new Error('only Qwen2 is written here');
  const graph = build(llm, llm.rope.theta, weights, options);
  await writeGraphs(join(folder, 'onnx'), { 'model_q4.onnx': graph }, 'model_q4.onnx_data');
  const json = (name: string, content: object) => writeFile(join(folder, name), JSON.stringify(content));
  await json('config.json', {
    architectures: ['Qwen2ForCausalLM'],
    model_type: 'qwen2',
    hidden_size: llm.hidden,
    intermediate_size: llm.mlpWidth,
    num_attention_heads: llm.heads,
    num_hidden_layers: llm.layers,
    num_key_value_heads: llm.kvHeads,
    vocab_size: llm.vocabulary,
  });
  await json('generation_config.json', {});
}

function build(
  llm: LlmConfig,
  theta: number,
  weights: TensorSource,
  { accuracyLevel }: TransformersGraphOptions,
): GraphBuilder {
  const graph = new GraphBuilder('transformers');
  const tensor = (key: string) => tensorMatrix(weights, key);
  const linear = (name: string, x: string, weight: Matrix) => {
    const blocks = quantisedBlocks(weight, 4);
    const attributes: Attributes = {
      ...{ N: weight.rows, K: weight.columns, bits: 4, block_size: blockSize },
      ...(accuracyLevel !== undefined && { accuracy_level: accuracyLevel }),
    };
    const inputs = [
      x,
      codes(graph, blocks),
      scales(graph, blocks, [weight.rows, weight.columns / blockSize]),
    ];
    return graph.add(name, 'com.microsoft.MatMulNBits', inputs, attributes);
  };
  const ids = graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const mask = graph.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const kept = graph.input('num_logits_to_keep', 'int64', []);
  const [cos, sin] = rotations(graph, llm, theta);
  const { seqlens, total } = lengths(graph, mask);
  const table = graph.weight(storedRows(tensor(`${model}embed_tokens.weight`), 'float32'));
  let hidden = graph.add('embedded', 'Gather', [table, ids], { axis: 0 });
  for (let layer = 0; layer < llm.layers; layer++) {
    const at = `layers.${layer}.`;
    const own = (key: string) => tensor(`${model}${at}${key}`);
    const norm = (key: string, x: string) => rmsNorm(graph, `${at}${key}`, x, own(`${key}.weight`), llm.eps);
    const x = norm('input_layernorm', hidden);
    const projected = ['q', 'k', 'v'].map((part) => {
      const product = linear(`${at}${part}_proj`, x, own(`self_attn.${part}_proj.weight`));
      return addBias(graph, `${at}${part}_proj.biased`, product, own(`self_attn.${part}_proj.bias`));
    });
    const cache = (when: string) => ['key', 'value'].map((part) => `${when}.${layer}.${part}`);
    const dims = (length: string) => ['batch_size', llm.kvHeads, length, llm.headSize];
    for (const name of cache('past_key_values')) graph.input(name, 'float32', dims('past_sequence_length'));
    graph.addMany(
      [`${at}attended`, ...cache('present')],
      'com.microsoft.GroupQueryAttention',
      [...projected, ...cache('past_key_values'), seqlens, total, cos, sin],
      { num_heads: llm.heads, kv_num_heads: llm.kvHeads, do_rotary: 1 },
    );
    for (const name of cache('present')) graph.output(name, dims('total_sequence_length'));
    const attention = linear(`${at}o_proj`, `${at}attended`, own('self_attn.o_proj.weight'));
    const middle = graph.add(`${at}middle`, 'Add', [hidden, attention]);
    const y = norm('post_attention_layernorm', middle);
    const gate = linear(`${at}gate_proj`, y, own('mlp.gate_proj.weight'));
    const up = linear(`${at}up_proj`, y, own('mlp.up_proj.weight'));
    const active = graph.add(`${at}silu`, 'com.microsoft.QuickGelu', [gate], { alpha: { float: 1 } });
    const gated = graph.add(`${at}gated`, 'Mul', [active, up]);
    hidden = graph.add(`${at}out`, 'Add', [
      middle,
      linear(`${at}down_proj`, gated, own('mlp.down_proj.weight')),
    ]);
  }
  // The last `num_logits_to_keep` positions; 0 keeps all.
  const start = graph.add('kept.start', 'Neg', [graph.add('kept.count', 'Reshape', [kept, graph.ints([1])])]);
  const end = graph.ints([Number.MAX_SAFE_INTEGER], 'kept.end');
  const wanted = graph.add('kept', 'Slice', [hidden, start, end, graph.ints([1], 'kept.axis')]);
  const normed = rmsNorm(graph, 'norm', wanted, tensor(`${model}norm.weight`), llm.eps);
  linear('logits', normed, tensor('language_model.lm_head.weight'));
  graph.output('logits', ['batch_size', 'kept', llm.vocabulary]);
  return graph;
}

/** What attention wants to know about lengths, out of the mask. */
function lengths(graph: GraphBuilder, mask: string): { readonly seqlens: string; readonly total: string } {
  const int32 = 6;
  const counted = graph.add('mask.counted', 'ReduceSum', [mask, graph.ints([1], 'mask.axis')], {
    keepdims: 0,
  });
  const last = graph.add('mask.last', 'Sub', [counted, graph.ints([1], 'mask.one')]);
  const seqlens = graph.add('mask.seqlens', 'Cast', [last], { to: int32 });
  const length = graph.add('mask.length', 'Shape', [mask], { start: 1, end: 2 });
  const scalar = graph.add('mask.scalar', 'Squeeze', [length, graph.ints([0], 'mask.first')]);
  return { seqlens, total: graph.add('mask.total', 'Cast', [scalar], { to: int32 }) };
}

function rotations(graph: GraphBuilder, { headSize }: LlmConfig, theta: number): [string, string] {
  const half = headSize / 2;
  const stored = (name: string, of: (angle: number) => number) =>
    graph.weight(
      storedRows(
        {
          name,
          rows: positions,
          columns: half,
          read: async (first, count) =>
            Float32Array.from({ length: count * half }, (_, at) =>
              of((first + Math.floor(at / half)) * theta ** (-(at % half) / half)),
            ),
        },
        'float32',
      ),
    );
  return [stored('cos_cache', Math.cos), stored('sin_cache', Math.sin)];
}
