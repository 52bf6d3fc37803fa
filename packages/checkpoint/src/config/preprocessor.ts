import { InternVLError } from '@internvl/backend';
import { configInvalid, Fields } from './fields.js';

type Triple = readonly [number, number, number];

/** `IMAGENET_MEAN` and `IMAGENET_STD` of OpenGVLab/InternVL `train/constants.py`: its `load_image` uses no file. */
const imagenet: { mean: Triple; std: Triple } = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Normalisation of original and vision-only checkpoints, from `preprocessor_config.json` where there is one. */
export function readNormalisation(preprocessor: unknown): { mean: Triple; std: Triple } {
  if (preprocessor === undefined) return imagenet;
  const fields = new Fields(preprocessor, 'preprocessor_config.json');
  return {
    mean: fields.has('image_mean') ? triple(fields, 'image_mean') : imagenet.mean,
    std: fields.has('image_std') ? divisors(fields) : imagenet.std,
  };
}

/**
 * Image processing of native checkpoints. The class defaults (384 pixels, the constants of CLIP) belong to another model,
 * so every field has to come from the file: `preprocessor_config.json`, or `image_processor` inside
 * `processor_config.json`, where transformers 5 writes it.
 *
 * @throws `file-missing`, `config-invalid`
 */
export function readNativeProcessor(
  preprocessor: unknown,
  processor: unknown,
): { tileSize: number; minTiles: number; maxTiles: number; mean: Triple; std: Triple } {
  const fields = imageProcessor(preprocessor, processor);
  const size = fields.object('size');
  const height = size.count('height');
  const width = size.count('width');
  if (width !== height) throw configInvalid(size.fieldPath('width'), `equal to height (${height})`, width);
  const minTiles = fields.count('min_patches', 1);
  const maxTiles = fields.count('max_patches', 12);
  if (maxTiles < minTiles) {
    throw configInvalid(fields.fieldPath('max_patches'), `at least min_patches (${minTiles})`, maxTiles);
  }
  return { tileSize: height, minTiles, maxTiles, mean: triple(fields, 'image_mean'), std: divisors(fields) };
}

function imageProcessor(preprocessor: unknown, processor: unknown): Fields {
  if (preprocessor !== undefined) return new Fields(preprocessor, 'preprocessor_config.json');
  if (processor !== undefined) {
    const fields = new Fields(processor, 'processor_config.json');
    if (fields.has('image_processor')) return fields.object('image_processor');
  }
  throw new InternVLError(
    'file-missing',
    'Expected preprocessor_config.json beside config.json: a checkpoint in the layout of transformers keeps its tile size, mean and std there. Add the published file.',
    { file: 'preprocessor_config.json' },
  );
}

function triple(fields: Fields, name: string): Triple {
  const [red = 0, green = 0, blue = 0] = fields.numbers(name, 3);
  return [red, green, blue];
}

function divisors(fields: Fields): Triple {
  const std = triple(fields, 'image_std');
  if (std.some((value) => value <= 0)) throw fields.invalid('image_std', 'three numbers above 0');
  return std;
}
