import type { LlmConfig } from '../model-config.js';
import type { TensorSource } from '../safetensors/tensor-source.js';
import { tensorMatrix } from '../write/matrix.js';
import { addAttention } from './decoder-attention.js';
import { addFeedForward } from './decoder-feed-forward.js';
import { embeddingTable } from './embed-graph.js';
import { GraphBuilder } from './graph-builder.js';
import { kvHeadSize } from './head-padding.js';
import { rmsNorm } from './norm.js';
import type { Precision } from './precision.js';

export interface DecoderOptions {
  readonly llm: LlmConfig;
  readonly weights: TensorSource;
  readonly precision: Precision;
}

/**
 * The language model behind its embeddings, with its KV cache as inputs and outputs; ports as docs/graphs.md lists them.
 * Positions come in as rotations, so that every kind of rope is the caller's business.
 */
export function buildDecoder(options: DecoderOptions): GraphBuilder {
  const { llm, weights } = options;
  const graph = new GraphBuilder('decoder');
  let hidden = addInputs(graph, llm);
  for (let layer = 0; layer < llm.layers; layer++) {
    const at = `layers.${layer}.`;
    const norm = (key: string, x: string) =>
      rmsNorm(
        graph,
        `${at}${key}`,
        x,
        tensorMatrix(weights, `language_model.model.${at}${key}.weight`),
        llm.eps,
      );
    const attention = addAttention(graph, layer, norm('input_layernorm', hidden), options);
    const middle = graph.add(`${at}middle`, 'Add', [hidden, attention]);
    const update = addFeedForward(graph, at, norm('post_attention_layernorm', middle), options);
    hidden = graph.add(`${at}output`, 'Add', [middle, update]);
  }
  addLogits(graph, hidden, options);
  return graph;
}

function addInputs(graph: GraphBuilder, llm: LlmConfig): string {
  const half = kvHeadSize(llm) / 2;
  const embeds = graph.input('inputs_embeds', 'float32', ['batch', 'sequence', llm.hidden]);
  graph.input('rotary_cos', 'float32', ['rotations', half]);
  graph.input('rotary_sin', 'float32', ['rotations', half]);
  graph.input('rotary_index', 'int64', ['batch', 'sequence']);
  graph.input('seqlens_k', 'int32', ['batch']);
  graph.input('total_sequence_length', 'int32', [1]);
  graph.input('logit_index', 'int64', ['logits']);
  return embeds;
}

/**
 * Final norm and head on the positions that were asked for only: most of a prompt needs no logits. None may be asked for;
 * the last reshapes take their sizes from the inputs, as an empty value leaves nothing to infer from, and as ONNX Runtime's
 * ArgMax of no rows keeps the axis it should drop.
 */
function addLogits(graph: GraphBuilder, hidden: string, { llm, weights, precision }: DecoderOptions): void {
  const wanted = graph.add('logits.hidden', 'Gather', [hidden, 'logit_index'], { axis: 1 });
  const scale = tensorMatrix(weights, 'language_model.model.norm.weight');
  const normed = rmsNorm(graph, 'norm', wanted, scale, llm.eps);
  const flat = graph.add('logits.rows', 'Reshape', [normed, graph.ints([-1, llm.hidden])]);
  const table = llm.tiedEmbeddings ? embeddingTable : 'language_model.lm_head.weight';
  const scores = precision.score(graph, 'logits.flat', flat, tensorMatrix(weights, table));
  const sizes = graph.add('logits.sizes', 'Shape', [wanted], { start: 0, end: 2 });
  const shape = graph.add('logits.shape', 'Concat', [sizes, graph.ints([llm.vocabulary])], { axis: 0 });
  graph.add('logits', 'Reshape', [scores, shape], { allowzero: 1 });
  graph.output('logits', ['batch', 'logits', llm.vocabulary]);
  const best = graph.add('token_ids.flat', 'ArgMax', [scores], { axis: 1, keepdims: 0 });
  graph.add('token_ids', 'Reshape', [best, sizes], { allowzero: 1 });
  graph.output('token_ids', ['batch', 'logits'], 'int64');
}
