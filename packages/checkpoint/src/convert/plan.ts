import { InternVLError } from '@internvl/backend';
import { encodeModel, type OnnxModel } from '@internvl/backend/onnx';
import type { ModelConfig } from '../model-config.js';
import { buildDecoder } from '../onnx/decoder-graph.js';
import { buildEmbed } from '../onnx/embed-graph.js';
import type { GraphBuilder } from '../onnx/graph-builder.js';
import { type KeptLayers, precisionText } from '../onnx/part-precisions.js';
import type { PartPrecisions } from '../onnx/precision.js';
import { precisionOf } from '../onnx/precision-of.js';
import { buildVision, readTable } from '../onnx/vision-graph.js';
import type { TensorSource } from '../safetensors/tensor-source.js';
import { type Layout, layOut } from '../write/layout.js';
import { storedRows } from '../write/stored-tensor.js';

/** Everything that is written, before a weight is read: the graphs are small and finished, the data file is laid out. */
export interface ConversionPlan {
  /** Encoded graphs by file name. */
  readonly graphs: ReadonlyMap<string, Uint8Array>;
  readonly data: Layout;
  /** Position table with the class token, in the data file. */
  readonly positionTable: { readonly offset: number; readonly rows: number; readonly columns: number };
  /** The limit that the tensors were cut to, bytes. */
  readonly maxTensorBytes?: number | undefined;
  readonly keep?: KeptLayers | undefined;
}

export interface PlanOptions {
  readonly precision: PartPrecisions;
  /** Largest tensor in the graphs, bytes: what a device binds at once. Default: no limit. */
  readonly maxTensorBytes?: number | undefined;
  /** Layers stored one step higher than the rest. Default: none. */
  readonly keep?: KeptLayers | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds the graphs of a checkpoint: `vision.onnx` for its own tile size and, with a language model, `embed.onnx` and
 * `decoder.onnx`.
 *
 * @param weights under canonical names, as `Checkpoint.weights`
 * @throws `tensor-missing`; `invalid-option` for a limit that holds no row, or a layer to keep that is none; `signal.reason` when aborted
 */
export async function planConversion(
  config: ModelConfig,
  weights: TensorSource,
  { precision, maxTensorBytes, keep, signal }: PlanOptions,
): Promise<ConversionPlan> {
  const { llm, tileSize } = config;
  const table = await readTable(weights, signal);
  const columns = config.vision.width;
  const rows = table.length / columns;
  const stored = storedRows(
    {
      name: 'vision_model.embeddings.table',
      rows,
      columns,
      read: async (firstRow, rowCount) => table.slice(firstRow * columns, (firstRow + rowCount) * columns),
    },
    'float32',
  );
  const size = { width: tileSize, height: tileSize };
  const of = (part: keyof KeptLayers) =>
    precisionOf(precision[part], { maxTensorBytes, keep: keep?.[part], head: precision.head });
  const builders = new Map([
    ['vision.onnx', buildVision({ config, weights, precision: of('vision'), size, table })],
  ]);
  if (llm) {
    const own = of('llm');
    builders.set('embed.onnx', buildEmbed(llm, weights, own));
    builders.set('decoder.onnx', buildDecoder({ llm, weights, precision: own }));
  }
  assertKept(keep?.vision, builders.get('vision.onnx'));
  assertKept(keep?.llm, builders.get('decoder.onnx'));
  const tensors = [...builders.values()].flatMap((graph) => graph.tensors);
  const data = layOut(dataName(precision, llm !== undefined), [stored, ...tensors]);
  const encode = (model: OnnxModel) => encodeModel(model);
  return {
    graphs: new Map([...builders].map(([name, graph]) => [name, encode(graph.build(data.locate))])),
    data,
    positionTable: { offset: data.locate(stored.name).offset, rows, columns },
    maxTensorBytes,
    keep,
  };
}

/** A name that no layer has would keep nothing, in silence. */
function assertKept(names: readonly string[] = [], graph: GraphBuilder | undefined): void {
  const missing = names.find((name) => !graph?.has(name));
  if (missing === undefined) return;
  throw new InternVLError(
    'invalid-option',
    `Expected layers to keep by the names of their nodes, as layers.0.mlp.fc1 or layers.0.mlp.down_proj, got ${missing}, which the graph has not.`,
    { option: 'keep', value: missing },
  );
}

function dataName(precision: PartPrecisions, both: boolean): string {
  return `weights.${both ? precisionText(precision).replaceAll('+', '-') : precision.vision}.data`;
}
