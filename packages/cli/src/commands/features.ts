import type { TileFeatures } from '@internvl/chat';
import { safetensorsPieces, type WritableTensor } from '@internvl/checkpoint';
import { defineCommand } from '../command.js';
import { imageBytes } from '../input/image-bytes.js';
import { writeWhole } from '../input/write-file.js';
import { globalOptions, runtimeOptions, streamingOption } from '../options/common-options.js';
import { tileOptions, tilesOf } from '../options/tile-options.js';
import { usageError } from '../options/usage-error.js';
import { loadModel } from './asked.js';

const options = {
  image: { type: 'string', value: 'FILE', help: 'A path, - for standard input, an http(s) or data: URL.' },
  out: {
    type: 'string',
    value: 'FILE',
    help: 'Write class_embeddings, patch_embeddings and visual_tokens of all tiles to this safetensors file.',
  },
  ...tileOptions,
  ...runtimeOptions,
  ...globalOptions,
  ...streamingOption,
} as const;

export const features = defineCommand({
  usage: 'features MODEL --image FILE [--out FILE.safetensors]',
  summary: 'Runs the vision encoder alone: class embedding, patch embeddings and visual tokens of each tile.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const source = options.text('image');
    if (source === undefined) throw usageError('Expected --image FILE, got none; name the image.');
    const { maxTiles, ...tiling } = tilesOf(options);
    if (typeof maxTiles === 'object') {
      throw usageError('Expected one number after --max-tiles, got a list; there is one image.');
    }
    const out = options.text('out');
    const image = await imageBytes(source, surroundings);
    const model = await loadModel('features', positionals, options, surroundings, output);
    try {
      const { config, backend, precision } = model.facts;
      const kept: TileFeatures[] = [];
      const seen: object[] = [];
      for await (const tile of model.features(image, { ...tiling, maxTiles, signal })) {
        const line = { ...placeOf(tile), classEmbedding: Array.from(await tile.classEmbedding.getData()) };
        seen.push(line);
        output.event(line);
        output.text(`${lineOf(tile)}\n`);
        output.progress('tiles', tile.index + 1, tile.total);
        if (out !== undefined) kept.push(tile);
      }
      if (out !== undefined) {
        const tensors = await stackedTensors(kept);
        await writeWhole(out, safetensorsPieces(tensors, { backend, precision }), signal);
        output.note(`wrote ${out}`);
      }
      if (output.format === 'json') {
        const { width, patchSize } = config.vision;
        const patches = (config.tileSize / patchSize) ** 2;
        const { tokensPerTile, tileSize, llm } = config;
        const sizes = { width, patches, tileSize, ...(llm && { tokensPerTile, hidden: llm.hidden }) };
        output.result({ tiles: seen, ...sizes, backend, precision, ...(out !== undefined && { out }) }, '');
      }
    } finally {
      await model.dispose();
    }
    return 0;
  },
});

/** Class embeddings `[tiles, width]`, patch embeddings `[tiles, patches, width]`, visual tokens `[tiles, T, hidden]`. */
async function stackedTensors(kept: readonly TileFeatures[]): Promise<Record<string, WritableTensor>> {
  const tokens = kept.map(({ visualTokens }) => visualTokens).filter((tensor) => tensor !== undefined);
  return {
    class_embeddings: await stacked(kept.map(({ classEmbedding }) => classEmbedding)),
    patch_embeddings: await stacked(kept.map(({ patchEmbeddings }) => patchEmbeddings)),
    ...(tokens.length > 0 && { visual_tokens: await stacked(tokens) }),
  };
}

async function stacked(rows: readonly TileFeatures['classEmbedding'][]): Promise<WritableTensor> {
  const parts = await Promise.all(rows.map((row) => row.getData()));
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { dims: [rows.length, ...(rows[0]?.dims ?? [])], data };
}

function placeOf({ index, box, thumbnail }: TileFeatures) {
  return { index, box, thumbnail };
}

function lineOf({ index, total, box, thumbnail, classEmbedding }: TileFeatures): string {
  const place = thumbnail ? 'thumbnail' : `${box.x}, ${box.y}, ${box.width} × ${box.height}`;
  return `tile ${index + 1} of ${total}  ${place.padEnd(26)} class embedding [${classEmbedding.dims.join(', ')}]`;
}
