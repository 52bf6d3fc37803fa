import { type PlanOptions, padToSquare, planTiles, type RgbImage, type TilePlan } from '@internvl/tiling';
import { type DecodedImage, decodeImage } from '@internvl/tiling/node';
import { defineCommand } from '../command.js';
import { imageBytes, shorten } from '../input/image-bytes.js';
import { describedConfig } from '../input/model.js';
import { globalOptions } from '../options/common-options.js';
import { tileOptions, tilesOf } from '../options/tile-options.js';
import { usageError } from '../options/usage-error.js';
import { writeTilePictures } from './tile-pictures.js';

const options = {
  out: {
    type: 'string',
    value: 'DIR',
    help: 'Write tile-00.png, tile-01.png, … row by row, thumbnail.png where there is one, and overview.png for people.',
  },
  model: { type: 'string', value: 'MODEL', help: 'Cut as this checkpoint does.' },
  'tile-size': {
    type: 'string',
    value: 'N',
    help: "Side of a tile, pixels. Default: the checkpoint's, or 448.",
  },
  ...tileOptions,
  ...globalOptions,
} as const;

export const tile = defineCommand({
  usage: 'tile IMAGE [--out DIR]',
  summary: 'Shows how an image is cut: grid, boxes, thumbnail, visual tokens.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const [source, ...rest] = positionals;
    if (source === undefined || rest.length > 0) {
      throw usageError(`Expected one IMAGE, got ${positionals.length}; write internvl tile IMAGE.`);
    }
    const { minTiles, maxTiles, thumbnail, exif } = tilesOf(options);
    if (typeof maxTiles === 'object') {
      throw usageError('Expected one number after --max-tiles, got a list; there is one image.');
    }
    const model = options.text('model');
    const config = model === undefined ? undefined : await describedConfig(model, surroundings, output);
    const tileSize = options.number('tile-size', { least: 1, most: 4096, whole: true });
    const bytes = await imageBytes(source, surroundings);
    const decoded = await decodeImage(bytes, { exif, signal });
    for (const { message } of decoded.notices) output.note(output.noteStyle.dim(message));
    const image = config?.padToSquare ? padToSquare(decoded, config.mean) : decoded;
    const planned: PlanOptions = {
      tileSize: tileSize ?? config?.tileSize,
      minTiles: minTiles ?? config?.minTiles,
      maxTiles: maxTiles ?? config?.maxTiles,
      thumbnail: thumbnail ?? config?.thumbnail,
      dynamicTiles: config?.dynamicTiles,
      tokensPerTile: tileSize === undefined ? config?.tokensPerTile : undefined,
    };
    const plan = planTiles(image, planned);
    const folder = options.text('out');
    const files =
      folder === undefined ? undefined : await writeTilePictures(image, plan, folder, output, signal);
    output.result(documentOf(plan, decoded, files), describe(source, plan, decoded, files));
    return 0;
  },
});

function documentOf(
  plan: TilePlan,
  { width, height, notices }: DecodedImage,
  files: readonly string[] | undefined,
) {
  return {
    columns: plan.columns,
    rows: plan.rows,
    width: plan.width,
    height: plan.height,
    thumbnail: plan.thumbnail,
    boxes: plan.boxes,
    tokens: plan.tokens,
    tiles: plan.tiles,
    tileSize: plan.tileSize,
    image: { width, height, notices },
    ...(files && { files }),
  };
}

function describe(
  source: string,
  plan: TilePlan,
  { width, height }: RgbImage,
  files: readonly string[] | undefined,
): string {
  const lines = [
    `${shorten(source)}: ${width} × ${height} pixels`,
    `grid       ${plan.columns} × ${plan.rows}, resized to ${plan.width} × ${plan.height}`,
    `tiles      ${plan.tiles} of ${plan.tileSize} × ${plan.tileSize}${plan.thumbnail ? ', the last one a thumbnail of the whole' : ''}`,
    `tokens     ${plan.tokens}`,
    ...plan.boxes.map(
      (box, index) => `${`tile ${index}`.padEnd(10)} ${box.x}, ${box.y}, ${box.width} × ${box.height}`,
    ),
    ...(files ?? []).map((file) => `wrote      ${file}`),
  ];
  return lines.join('\n');
}
