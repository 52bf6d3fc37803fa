import { stackRows, tensorMatrix } from '../write/matrix.js';
import type { DecoderOptions } from './decoder-graph.js';
import type { GraphBuilder } from './graph-builder.js';
import { kvHeadSize, padHeadColumns, padHeadNorm, padHeadRows } from './head-padding.js';
import { rmsNorm } from './norm.js';

/**
 * Attention of one layer: `x [batch, sequence, hidden]` → the same shape, with the layer's four cache outputs.
 *
 * `new.N.*` are this run's rows as they are before they meet the cache, so they need no knowledge of how full it is.
 */
export function addAttention(graph: GraphBuilder, layer: number, x: string, options: DecoderOptions): string {
  const { llm, weights, precision } = options;
  const { heads, kvHeads, headSize } = llm;
  const size = kvHeadSize(llm);
  const at = `layers.${layer}.self_attn.`;
  const tensor = (key: string) => tensorMatrix(weights, `language_model.model.${at}${key}`);
  const fused = (part: 'weight' | 'bias') =>
    stackRows(
      `language_model.model.${at}qkv_proj.${part}`,
      ['q_proj', 'k_proj', 'v_proj'].map((key) => padHeadRows(tensor(`${key}.${part}`), llm)),
    );
  const qkv = precision.linear(
    graph,
    `${at}qkv_proj`,
    x,
    fused('weight'),
    llm.qkvBias ? fused('bias') : undefined,
  );
  const parts = ['q', 'k', 'v'].map((part) => at + part);
  const sizes = graph.ints([heads * size, kvHeads * size, kvHeads * size]);
  graph.addMany(parts, 'Split', [qkv, sizes], { axis: -1 });
  const [q = '', k = '', v = ''] = parts;

  const rotated = (key: 'q' | 'k', value: string, count: number) => {
    const normed = llm.qkNorm ? headNorm(graph, `${at}${key}_norm`, value, count, options) : value;
    const inputs = [normed, 'rotary_index', 'rotary_cos', 'rotary_sin'];
    return graph.add(`${at}${key}.rotated`, 'com.microsoft.RotaryEmbedding', inputs, { interleaved: 0 });
  };
  const query = rotated('q', q, heads);
  const key = rotated('k', k, kvHeads);

  const past = ['key', 'value'].map((part) =>
    graph.input(`past.${layer}.${part}`, 'float32', ['batch', kvHeads, 'past', size]),
  );
  const present = ['key', 'value'].map((part) => `present.${layer}.${part}`);
  const attended = `${at}attended`;
  graph.addMany(
    [attended, ...present],
    'com.microsoft.GroupQueryAttention',
    [query, key, v, ...past, 'seqlens_k', 'total_sequence_length'],
    { num_heads: heads, kv_num_heads: kvHeads, scale: { float: 1 / Math.sqrt(headSize) }, do_rotary: 0 },
  );
  for (const [part, value] of [
    ['key', key],
    ['value', v],
  ] as const) {
    const split = graph.add(`${at}${part}.heads`, 'Reshape', [value, graph.ints([0, 0, kvHeads, size])]);
    graph.add(`new.${layer}.${part}`, 'Transpose', [split], { perm: [0, 2, 1, 3] });
    graph.output(`new.${layer}.${part}`, ['batch', kvHeads, 'sequence', size]);
  }
  for (const name of present) graph.output(name, ['batch', kvHeads, 'total', size]);
  return precision.linear(graph, `${at}o_proj`, attended, padHeadColumns(tensor('o_proj.weight'), llm));
}

/** RMSNorm over each head by itself. */
function headNorm(
  graph: GraphBuilder,
  name: string,
  x: string,
  count: number,
  { llm, weights }: DecoderOptions,
): string {
  const { scale, eps } = padHeadNorm(
    tensorMatrix(weights, `language_model.model.${name}.weight`),
    llm.eps,
    llm,
  );
  const size = kvHeadSize(llm);
  const split = graph.add(`${name}.heads`, 'Reshape', [x, graph.ints([0, 0, count, size])]);
  const normed = rmsNorm(graph, name, split, scale, eps);
  return graph.add(`${name}.joined`, 'Reshape', [normed, graph.ints([0, 0, count * size])]);
}
