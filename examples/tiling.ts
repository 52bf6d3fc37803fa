import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { normalisations, pixelValues, planTiles, tiles } from '@internvl/tiling';
import { drawTiles } from '@internvl/tiling/draw';
import { decodeImage, encodePng } from '@internvl/tiling/node';

const image = await decodeImage(fileURLToPath(new URL('../fixtures/images/panda.png', import.meta.url)));

const plan = planTiles(image, { maxTiles: 6 });
console.log(
  `${plan.columns} × ${plan.rows} tiles, ${plan.tiles} with the thumbnail: ${plan.tokens} visual tokens`,
);

// A tile can be normalised and sent on its way before the next one is cut.
for await (const tile of tiles(image, plan)) {
  const values = pixelValues([tile], normalisations.imagenet); // float32 [1, 3, 448, 448]
  const { x, y, width, height } = tile.box.image;
  const what = tile.thumbnail ? 'thumbnail' : `tile ${tile.index}`;
  console.log(`${what}: ${width} × ${height} pixels at ${x}, ${y}; first value ${values[0]?.toFixed(4)}`);
}

const overview = join(tmpdir(), 'internvl-tiling-overview.png');
await writeFile(overview, await encodePng(drawTiles(image, plan)));
console.log(`The grid over the image: ${overview}`);
