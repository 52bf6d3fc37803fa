import { fileURLToPath } from 'node:url';
import { nodeBackend } from '@internvl/backend-node';
import { cacheDirectory, convertCached, openCheckpoint } from '@internvl/checkpoint/node';
import { pixelValues, tiles } from '@internvl/tiling';
import { decodeImage } from '@internvl/tiling/node';
import { VisionEncoder } from '@internvl/vision';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const checkpoint = await openCheckpoint(process.argv[2] ?? here('../models/nano'));
const { config } = checkpoint;
const model = await convertCached(checkpoint, { cacheDirectory: cacheDirectory() });
await checkpoint.close();

const backend = await nodeBackend();
const encoder = new VisionEncoder(await backend.load({ path: await model.vision() }));
try {
  const image = await decodeImage(here('../models/nano/samples/shapes-0.png'));
  // The encoder works on the first tile while the others are not cut yet.
  async function* pixels() {
    for await (const tile of tiles(image, config)) {
      yield (into: Float32Array<ArrayBuffer>) => void pixelValues([tile], { ...config, into });
    }
  }
  for await (const { index, classEmbedding, patchEmbeddings, visualTokens } of encoder.features(pixels())) {
    const shapes = [classEmbedding, patchEmbeddings, visualTokens].map((tensor) => `[${tensor?.dims}]`);
    console.log(`tile ${index}: class, patches, visual tokens ${shapes.join(', ')}`);
  }
} finally {
  await encoder.dispose();
}
