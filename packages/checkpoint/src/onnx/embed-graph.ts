import type { LlmConfig } from '../model-config.js';
import type { TensorSource } from '../safetensors/tensor-source.js';
import { tensorMatrix } from '../write/matrix.js';
import { GraphBuilder } from './graph-builder.js';
import type { Precision } from './precision.js';

/** The embedding table's name. A tied head reads the same tensor of the data file. */
export const embeddingTable = 'language_model.model.embed_tokens.weight';

/** Token embedding: `input_ids [batch, sequence]` → `inputs_embeds [batch, sequence, hidden]`. */
export function buildEmbed(llm: LlmConfig, weights: TensorSource, precision: Precision): GraphBuilder {
  const graph = new GraphBuilder('embed');
  const ids = graph.input('input_ids', 'int64', ['batch', 'sequence']);
  graph.rename(precision.lookUp(graph, 'rows', ids, tensorMatrix(weights, embeddingTable)), 'inputs_embeds');
  graph.output('inputs_embeds', ['batch', 'sequence', llm.hidden]);
  return graph;
}
