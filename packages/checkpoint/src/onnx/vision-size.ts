import { InternVLError } from '@internvl/backend';
import type { OnnxModel, OnnxTensor, OnnxValue } from '@internvl/backend/onnx';
import type { ModelConfig } from '../model-config.js';
import { type PatchGrid, positionTable } from './position-table.js';

/** Size of a vision graph's input, pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Names of the constants that depend on the input size; `resizeVision` replaces exactly these. */
export const sizeConstants = {
  positions: 'positions',
  patches: 'patches.shape',
  rows: 'patches.rows',
  blocks: 'blocks.shape',
  tokens: 'tokens.shape',
} as const;

/** Patches that a projector turns into one visual token, along one side. */
function blockSide(config: ModelConfig): number {
  return Math.round(1 / config.downsampleRatio);
}

/**
 * Patches of an input size.
 *
 * @throws `invalid-option` when the size is no whole number of patches, or of visual tokens where there is a projector
 */
export function patchGrid(config: ModelConfig, { width, height }: ImageSize): PatchGrid {
  const { patchSize } = config.vision;
  const step = patchSize * (config.llm ? blockSide(config) : 1);
  for (const [side, pixels] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (Number.isInteger(pixels) && pixels > 0 && pixels % step === 0) continue;
    throw new InternVLError(
      'invalid-option',
      `Expected the ${side} of the vision input to be a multiple of ${step} pixels, got ${pixels}; the nearest is ${Math.max(1, Math.round(pixels / step) || 1) * step}.`,
      { option: 'imageSize', side, value: pixels, step },
    );
  }
  return { columns: width / patchSize, rows: height / patchSize };
}

/** The constants of `sizeConstants` for an input size, by name. `table` is what `readTable` reads. */
export function visionConstants(
  config: ModelConfig,
  size: ImageSize,
  table: Float32Array,
): Map<string, OnnxTensor> {
  const { patchSize, width } = config.vision;
  const grid = patchGrid(config, size);
  const { columns, rows } = grid;
  const block = blockSide(config);
  const positions = positionTable(table, config.vision, grid);
  const tensors: OnnxTensor[] = [
    {
      name: sizeConstants.positions,
      type: 'float32',
      dims: [1, 1 + rows * columns, width],
      data: new Uint8Array(positions.buffer),
    },
    ints(sizeConstants.patches, [-1, 3, rows, patchSize, columns, patchSize]),
    ints(sizeConstants.rows, [-1, rows * columns, 3 * patchSize * patchSize]),
    ints(sizeConstants.blocks, [-1, rows / block, block, columns / block, block, width]),
    ints(sizeConstants.tokens, [-1, (rows * columns) / block ** 2, width * block ** 2]),
  ];
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

/** Outputs of a vision graph in patches or tokens of an input size. */
export function visionOutputs(config: ModelConfig, size: ImageSize): OnnxValue[] {
  const { columns, rows } = patchGrid(config, size);
  const { width } = config.vision;
  const states: OnnxValue = {
    name: 'last_hidden_state',
    type: 'float32',
    dims: ['tiles', 1 + rows * columns, width],
  };
  const outputs = [states];
  if (selectedLayer(config) !== config.vision.layers) {
    outputs.push({ ...states, name: 'selected_hidden_state' });
  }
  if (config.llm) {
    const tokens = (rows * columns) / blockSide(config) ** 2;
    outputs.push({ name: 'visual_tokens', type: 'float32', dims: ['tiles', tokens, config.llm.hidden] });
  }
  return outputs;
}

/** Which hidden state the projector reads: 0 the embeddings, n the output of layer n. */
export function selectedLayer({ selectLayer, vision }: ModelConfig): number {
  return selectLayer < 0 ? vision.layers + 1 + selectLayer : selectLayer;
}

/**
 * A vision graph for another input size. Only positions and shapes change: both graphs read the same weights.
 *
 * @throws `invalid-option` as `patchGrid`
 */
export function resizeVision(
  model: OnnxModel,
  config: ModelConfig,
  size: ImageSize,
  table: Float32Array,
): OnnxModel {
  const constants = visionConstants(config, size, table);
  const { graph } = model;
  return {
    ...model,
    graph: {
      ...graph,
      initializers: graph.initializers.map((tensor) => constants.get(tensor.name) ?? tensor),
      inputs: [pixelValues(size)],
      outputs: visionOutputs(config, size),
    },
  };
}

/** The input of a vision graph. */
export function pixelValues({ width, height }: ImageSize): OnnxValue {
  return { name: 'pixel_values', type: 'float32', dims: ['tiles', 3, height, width] };
}

function ints(name: string, values: readonly number[]): OnnxTensor {
  return {
    name,
    type: 'int64',
    dims: [values.length],
    data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  };
}
