import { type Graph, hostTensor, InternVLError, type Tensor, type Tensors } from '@internvl/backend';
import { type PixelValues, tileBatches } from './tile-batches.js';
import { TileBuffers } from './tile-buffers.js';
import { type VisionSizes, visionSizes } from './vision-ports.js';

export interface VisionEncoderOptions {
  /** Tiles that go through the graph together: 1 (default) is fastest on a CPU, a GPU wants more. */
  readonly tilesPerRun?: number | undefined;
}

export interface EncodeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Tiles, for progress, where the source does not tell. */
  readonly total?: number | undefined;
  /** Called when a tile is done; `total` is absent where nobody knows. */
  readonly onProgress?:
    | ((progress: { readonly loaded: number; readonly total?: number }) => void)
    | undefined;
}

/** What the encoder makes of one tile. */
export interface TileFeatures {
  /** Index of the tile in the source. */
  readonly index: number;
  /** Output of the last layer, class token first: `[1 + patches, width]`. */
  readonly lastHiddenState: Tensor<'float32'>;
  /** Its first row: `[width]`. A view of the same memory. */
  readonly classEmbedding: Tensor<'float32'>;
  /** Its other rows, row by row over the tile: `[patches, width]`. A view of the same memory. */
  readonly patchEmbeddings: Tensor<'float32'>;
  /** Output of the layer that the projector reads, where that is not the last: `[1 + patches, width]`. */
  readonly selectedHiddenState?: Tensor<'float32'>;
  /** What goes over the slots of the prompt: `[tokensPerTile, hidden]`; absent without a projector. */
  readonly visualTokens?: Tensor<'float32'>;
}

/** The visual tokens of one tile. */
export interface TileTokens {
  /** Index of the tile in the source. */
  readonly index: number;
  /** `[tokensPerTile, hidden]` */
  readonly visualTokens: Tensor<'float32'>;
}

/**
 * InternVL's vision tower and projector over a loaded `vision.onnx`: pixel values `[tiles, 3, H, W]` to embeddings, tile
 * by tile. Of the graph's outputs only those that are asked for are computed and fetched.
 *
 * Source: InternVL 1.5 (arXiv 2404.16821) §3.1; `modeling_intern_vit.py`, `extract_feature` of
 * `modeling_internvl_chat.py` in OpenGVLab/InternVL.
 */
export class VisionEncoder {
  /** Sizes, as the graph's ports give them. */
  readonly sizes: VisionSizes;
  readonly #graph: Graph;
  readonly #tilesPerRun: number;
  readonly #buffers: TileBuffers;

  /** @throws `model-unreadable` when the graph is not a vision graph, `invalid-option` */
  constructor(graph: Graph, { tilesPerRun = 1 }: VisionEncoderOptions = {}) {
    if (!Number.isInteger(tilesPerRun) || tilesPerRun < 1) {
      throw new InternVLError(
        'invalid-option',
        `Expected tilesPerRun to be a whole number from 1 on, got ${tilesPerRun}; leave it out on a CPU.`,
        { option: 'tilesPerRun', value: tilesPerRun },
      );
    }
    this.sizes = visionSizes(graph);
    this.#graph = graph;
    this.#tilesPerRun = tilesPerRun;
    const { tileHeight, tileWidth } = this.sizes;
    this.#buffers = new TileBuffers(tilesPerRun * 3 * tileHeight * tileWidth);
  }

  /**
   * Everything the encoder knows about each tile, in order.
   *
   * @throws `shape-mismatch` for tiles of another size, `signal.reason` when aborted
   */
  async *features(
    pixelValues: PixelValues,
    options: EncodeOptions = {},
  ): AsyncGenerator<TileFeatures, void, void> {
    const { selectsLayer, tokensPerTile } = this.sizes;
    const outputs = [
      'last_hidden_state',
      ...(selectsLayer ? ['selected_hidden_state'] : []),
      ...(tokensPerTile === undefined ? [] : ['visual_tokens']),
    ];
    for await (const { index, tensors } of this.#run(pixelValues, outputs, options)) {
      const state = tensors.last_hidden_state!;
      const [tokens, width] = state.dims as [number, number];
      yield {
        index,
        lastHiddenState: state,
        classEmbedding: hostTensor('float32', state.data.subarray(0, width), [width]),
        patchEmbeddings: hostTensor('float32', state.data.subarray(width), [tokens - 1, width]),
        ...(tensors.selected_hidden_state && { selectedHiddenState: tensors.selected_hidden_state }),
        ...(tensors.visual_tokens && { visualTokens: tensors.visual_tokens }),
      };
    }
  }

  /**
   * The visual tokens of each tile, in order; nothing else is fetched.
   *
   * @throws `projector-missing` for a vision tower alone, `shape-mismatch`, `signal.reason` when aborted
   */
  async *visualTokens(
    pixelValues: PixelValues,
    options: EncodeOptions = {},
  ): AsyncGenerator<TileTokens, void, void> {
    if (this.sizes.tokensPerTile === undefined) {
      throw new InternVLError(
        'projector-missing',
        'Expected a checkpoint with a projector, got a vision tower alone; ask for its features, or load a chat checkpoint.',
      );
    }
    for await (const { index, tensors } of this.#run(pixelValues, ['visual_tokens'], options)) {
      yield { index, visualTokens: tensors.visual_tokens! };
    }
  }

  /** Frees the graph; idempotent. */
  dispose(): Promise<void> {
    return this.#graph.dispose();
  }

  async *#run(
    pixelValues: PixelValues,
    outputs: readonly string[],
    { signal, total = 'dims' in pixelValues ? pixelValues.dims[0] : undefined, onProgress }: EncodeOptions,
  ): AsyncGenerator<{ index: number; tensors: Record<string, Tensor<'float32'>> }, void, void> {
    const { tileHeight, tileWidth } = this.sizes;
    let loaded = 0;
    signal?.throwIfAborted();
    const batches = tileBatches(pixelValues, this.sizes, this.#tilesPerRun, this.#buffers);
    for await (const { tiles, data, release } of batches) {
      const feed = hostTensor('float32', data, [tiles, 3, tileHeight, tileWidth]);
      signal?.throwIfAborted();
      const made = await this.#graph.run({ pixel_values: feed }, { outputs, signal });
      release();
      const rows = await perTile(made, outputs, tiles);
      signal?.throwIfAborted();
      for (const tensors of rows) {
        const index = loaded++;
        onProgress?.(total === undefined ? { loaded } : { loaded, total });
        yield { index, tensors };
      }
    }
  }
}

/** Splits outputs `[tiles, …]` into one set of views per tile, and frees what lay on a device. */
async function perTile(
  made: Tensors,
  outputs: readonly string[],
  tiles: number,
): Promise<Record<string, Tensor<'float32'>>[]> {
  const rows = Array.from({ length: tiles }, (): Record<string, Tensor<'float32'>> => ({}));
  for (const name of outputs) {
    const tensor = made[name]!;
    const data = await tensor.getData();
    if (!(data instanceof Float32Array)) {
      throw new InternVLError(
        'dtype-mismatch',
        `Expected output '${name}' as float32, got ${tensor.type}; load a graph with float32 outputs.`,
        { output: name, actual: tensor.type },
      );
    }
    const size = data.length / tiles;
    rows.forEach((row, tile) => {
      row[name] = hostTensor('float32', data.subarray(tile * size, (tile + 1) * size), tensor.dims.slice(1));
    });
    if (tensor.location !== 'cpu') tensor.dispose();
  }
  return rows;
}
