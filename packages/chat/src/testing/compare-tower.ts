import { type Backend, hostTensor } from '@internvl/backend';
import { parsePrecision } from '@internvl/checkpoint';
import { cacheDirectory, convertCached, openFolder } from '@internvl/checkpoint/node';
import { centreCrop, pixelValues, resize } from '@internvl/tiling';
import { decodeImage } from '@internvl/tiling/node';
import { VisionEncoder } from '@internvl/vision';
import { difference, largestPixelError, sha256, stageError } from './compare-run.js';
import { readFloat32File } from './float32-file.js';
import { type GoldenCase, readRecord } from './golden-record.js';

export interface TowerReport {
  readonly case: string;
  readonly run: string;
  readonly pixelsEqual: boolean;
  readonly pixels: number | undefined;
  readonly vision: number;
}

/** Whether a case is a vision tower alone. */
export function isTower({ name }: GoldenCase): boolean {
  return name.startsWith('vit-');
}

/** Does a recorded run of a vision tower again, at the input size it was made at. */
export async function compareTower(
  golden: GoldenCase,
  run: string,
  {
    backend,
    cache,
    precision = 'fp32',
  }: { readonly backend: Backend; readonly cache: string; readonly precision?: string },
): Promise<TowerReport> {
  const { images, pixel_values: recordedPixels } = await readRecord(golden, run);
  const [, , height, width] = recordedPixels!.shape as [number, number, number, number];
  const recorded = await readFloat32File(`${golden.folder}/golden/${run}.safetensors`);
  const checkpoint = await openFolder(golden.folder, { cache });
  const { mean, std, tileSize } = checkpoint.config;
  const converted = await convertCached(checkpoint, {
    cacheDirectory: cacheDirectory({ cache }),
    precision: parsePrecision(precision),
  });
  await checkpoint.close();
  const encoder = new VisionEncoder(await backend.load({ path: await converted.vision({ width, height }) }));
  try {
    const image = await decodeImage(`${golden.images}/${images[0]!.file}`);
    // Each checkpoint's own processor at its own size, a plain resize at others, as the records were made.
    const fitted =
      width === tileSize && height === tileSize
        ? centreCrop(image, tileSize)
        : resize(image, { width, height });
    const pixels = hostTensor('float32', pixelValues([fitted], { mean, std }), [1, 3, height, width]);
    for await (const { lastHiddenState, classEmbedding } of encoder.features(pixels)) {
      return {
        case: golden.name,
        run,
        pixelsEqual: sha256(pixels) === recordedPixels!.sha256,
        pixels: largestPixelError(pixels, recorded),
        vision: Math.max(
          stageError(
            hostTensor('float32', lastHiddenState.data, [1, ...lastHiddenState.dims]),
            recorded,
            'last_hidden_state',
          )!,
          difference(classEmbedding.data, recorded.get('class_row')!.data),
        ),
      };
    }
    throw new Error('an image has at least one tile');
  } finally {
    await encoder.dispose();
  }
}
