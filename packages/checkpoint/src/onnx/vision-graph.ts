import type { ModelConfig } from '../model-config.js';
import type { TensorSource } from '../safetensors/tensor-source.js';
import { type Matrix, scaleRows, tensorMatrix } from '../write/matrix.js';
import { GraphBuilder } from './graph-builder.js';
import { layerNorm, rmsNorm } from './norm.js';
import type { Precision } from './precision.js';
import {
  type ImageSize,
  pixelValues,
  selectedLayer,
  sizeConstants,
  visionConstants,
  visionOutputs,
} from './vision-size.js';

export interface VisionGraphOptions {
  readonly config: ModelConfig;
  readonly weights: TensorSource;
  readonly precision: Precision;
  readonly size: ImageSize;
  /** What `readTable` reads. */
  readonly table: Float32Array;
}

/**
 * The vision tower and, where there is a language model, the projector:
 * `pixel_values [tiles, 3, height, width]` → `last_hidden_state [tiles, 1 + patches, width]`,
 * `selected_hidden_state` (the same for an earlier layer, when the projector reads that one) and
 * `visual_tokens [tiles, tokens, hidden]`.
 *
 * Source: `modeling_intern_vit.py` and `extract_feature` of `modeling_internvl_chat.py` of OpenGVLab/InternVL.
 *
 * @throws `invalid-option` when the size is no whole number of patches or tokens
 */
export function buildVision(options: VisionGraphOptions): GraphBuilder {
  const { config, size } = options;
  const graph = new GraphBuilder('vision');
  graph.input('pixel_values', 'float32', pixelValues(size).dims);
  const constants = visionConstants(config, size, options.table);
  for (const constant of constants.values()) {
    const projecting = constant.name === sizeConstants.blocks || constant.name === sizeConstants.tokens;
    if (config.llm || !projecting) graph.constant(constant);
  }

  const selected = selectedLayer(config);
  const { layers } = config.vision;
  const nameOf = (layer: number) => {
    if (layer === layers) return 'last_hidden_state';
    return layer === selected ? 'selected_hidden_state' : `layers.${layer - 1}`;
  };
  let hidden = addEmbeddings(graph, nameOf(0), options);
  let read = hidden;
  for (let layer = 0; layer < layers; layer++) {
    hidden = addLayer(graph, nameOf(layer + 1), hidden, `vision_model.encoder.layers.${layer}.`, options);
    if (layer + 1 === selected) read = hidden;
  }
  if (config.llm) addProjector(graph, read, options);
  for (const { name, dims } of visionOutputs(config, size)) graph.output(name, dims);
  return graph;
}

/**
 * Patches as rows of their pixels times the convolution's weights: a convolution whose stride is its size. The class token
 * is a zero row in front, which becomes its embedding when the positions are added: the table holds the sum.
 */
function addEmbeddings(graph: GraphBuilder, name: string, options: VisionGraphOptions): string {
  const { precision, weights } = options;
  const tensor = (key: string) => tensorMatrix(weights, `vision_model.embeddings.patch_embedding.${key}`);
  const cut = graph.add('patches.cut', 'Reshape', ['pixel_values', sizeConstants.patches]);
  const ordered = graph.add('patches.ordered', 'Transpose', [cut], { perm: [0, 2, 4, 1, 3, 5] });
  const rows = graph.add('patches', 'Reshape', [ordered, sizeConstants.rows]);
  const embedded = precision.linear(graph, 'patches.embedded', rows, tensor('weight'), tensor('bias'));
  const padded = graph.add('patches.padded', 'Pad', [embedded, graph.ints([0, 1, 0, 0, 0, 0])]);
  return graph.add(name, 'Add', [padded, sizeConstants.positions]);
}

/** `h + ls1 · attention(norm1(h))`, then `h + ls2 · mlp(norm2(h))`; the layer scales are in the last weights. */
function addLayer(
  graph: GraphBuilder,
  name: string,
  hidden: string,
  prefix: string,
  { config, weights, precision }: VisionGraphOptions,
): string {
  const { width, heads, eps, qkvBias, qkNorm } = config.vision;
  const at = prefix.replace('vision_model.encoder.', '');
  const tensor = (key: string) => tensorMatrix(weights, prefix + key);
  const norm = (key: string, x: string) => {
    const scale = tensor(`${key}.weight`);
    if (config.vision.norm === 'rms') return rmsNorm(graph, `${at}${key}`, x, scale, eps);
    return layerNorm(graph, `${at}${key}`, x, { scale, bias: tensor(`${key}.bias`) }, eps);
  };
  const linear = (key: string, x: string, bias: boolean) =>
    precision.linear(
      graph,
      `${at}${key}`,
      x,
      tensor(`${key}.weight`),
      bias ? tensor(`${key}.bias`) : undefined,
    );
  const scaled = (key: string, x: string, scale: Matrix) =>
    precision.linear(
      graph,
      `${at}${key}`,
      x,
      scaleRows(tensor(`${key}.weight`), scale),
      scaleRows(tensor(`${key}.bias`), scale),
    );

  const fused = linear('attn.qkv', norm('norm1', hidden), qkvBias);
  const parts = ['q', 'k', 'v'].map((part) => `${at}attn.${part}`);
  graph.addMany(parts, 'Split', [fused, graph.ints([width, width, width])], { axis: -1 });
  const [q = '', k = '', v = ''] = parts;
  const normed = (key: string, x: string) =>
    qkNorm ? rmsNorm(graph, `${at}attn.${key}`, x, tensor(`attn.${key}.weight`), eps) : x;
  const attended = graph.add(
    `${at}attn`,
    'com.microsoft.MultiHeadAttention',
    [normed('q_norm', q), normed('k_norm', k), v],
    { num_heads: heads },
  );
  const attention = scaled('attn.proj', attended, tensor('ls1'));
  const middle = graph.add(`${at}middle`, 'Add', [hidden, attention]);

  const wide = linear('mlp.fc1', norm('norm2', middle), true);
  const active = graph.add(`${at}mlp.gelu`, 'com.microsoft.Gelu', [wide]);
  return graph.add(name, 'Add', [middle, scaled('mlp.fc2', active, tensor('ls2'))]);
}

/**
 * Drops the class token, moves each square of patches into the channels of one token, and projects. Version 1 of the
 * unshuffle leaves the grid of tokens transposed.
 */
function addProjector(
  graph: GraphBuilder,
  states: string,
  { config, weights, precision }: VisionGraphOptions,
): void {
  const tensor = (key: string) => tensorMatrix(weights, `mlp1.${key}`);
  const patches = graph.add('features', 'Slice', [
    states,
    graph.ints([1]),
    graph.ints([LAST]),
    graph.ints([1]),
  ]);
  const cut = graph.add('blocks.cut', 'Reshape', [patches, sizeConstants.blocks]);
  const perm = config.pixelShuffle === 'v2' ? [0, 1, 3, 2, 4, 5] : [0, 3, 1, 2, 4, 5];
  const ordered = graph.add('blocks.ordered', 'Transpose', [cut], { perm });
  const tokens = graph.add('blocks', 'Reshape', [ordered, sizeConstants.tokens]);
  const normed = layerNorm(
    graph,
    'mlp1.0',
    tokens,
    { scale: tensor('0.weight'), bias: tensor('0.bias') },
    PROJECTOR_EPS,
  );
  const wide = precision.linear(graph, 'mlp1.1', normed, tensor('1.weight'), tensor('1.bias'));
  const active = graph.add('mlp1.2', 'com.microsoft.Gelu', [wide]);
  const narrow = precision.linear(graph, 'mlp1.3', active, tensor('3.weight'), tensor('3.bias'));
  graph.rename(narrow, 'visual_tokens');
}

/** ONNX's way to say "to the end" in Slice; a JavaScript number has no exact 2⁶³ − 1. */
const LAST = 2 ** 31 - 1;
/** torch's default for LayerNorm, which the projector uses. */
const PROJECTOR_EPS = 1e-5;

/** The stored position table `[1 + tableSide², width]` with the class embedding added to its first row. */
export async function readTable(
  weights: TensorSource,
  signal?: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> {
  const table = await weights.read('vision_model.embeddings.position_embedding', { signal });
  const token = await weights.read('vision_model.embeddings.class_embedding', { signal });
  for (const [channel, value] of token.entries()) table[channel] = table[channel]! + value;
  return table;
}
