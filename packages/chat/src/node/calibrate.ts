import { InternVLError } from '@internvl/backend';
import { type KeptLayers, type PartPrecisions, parsePrecision } from '@internvl/checkpoint';
import { cacheDirectory, convertCached, openFolder, resolveModel } from '@internvl/checkpoint/node';
import type { LoadOptions } from '../load-options.js';
import { LocalChat } from '../local-chat.js';
import type { ImageInput } from '../turn.js';
import { backendByName } from './backend-by-name.js';
import { type Drift, layerDrift } from './calibration/layer-drift.js';
import { type Recording, recordingBackend } from './calibration/recording-backend.js';
import { loadModel } from './load-model.js';

export interface CalibrateOptions
  extends Pick<LoadOptions, 'threads' | 'cache' | 'env' | 'signal' | 'onProgress' | 'onNote'> {
  /** The precision to look at, as `load` takes it. */
  readonly precision: string;
  /** Pictures of the kind that the model will see. */
  readonly images: readonly ImageInput[];
  /** What is asked about each; `Describe the image.` by default. */
  readonly prompt?: string | undefined;
  /** A layer stands out when its error is so many times the median of its part; 3 by default. */
  readonly factor?: number | undefined;
}

/** One linear layer by itself, given what it is given in float32. */
export interface LayerDrift extends Drift {
  readonly part: keyof KeptLayers;
  /** Name of its node. */
  readonly layer: string;
  /** Whether it stands out, and should be kept higher. */
  readonly keep: boolean;
}

export interface Calibration {
  readonly precision: PartPrecisions;
  /** Every linear layer that the precision changes, in the order of the graphs. */
  readonly layers: readonly LayerDrift[];
  /** What to pass to `convert`: the layers that stand out; undefined when none does. */
  readonly keep: KeptLayers | undefined;
}

/**
 * Finds the layers of a checkpoint that a precision hurts more than the others, on images of yours: it answers a question about
 * each in float32, notes what goes into every linear layer, and runs each layer by itself in both precisions on that. What
 * stands out is the outliers' doing (an activation a hundred times the rest leaves the rest few of the 255 steps). Both
 * conversions stay in the cache.
 *
 * @throws `invalid-option` without images; `file-missing` for a folder that is converted already; as `load`
 */
export async function calibrate(model: string, options: CalibrateOptions): Promise<Calibration> {
  const { precision: text, images, prompt = 'Describe the image.', factor = 3 } = options;
  const { cache, env = process.env, threads, signal, onProgress, onNote } = options;
  const precision = parsePrecision(text);
  if (images.length === 0) {
    throw new InternVLError(
      'invalid-option',
      'Expected images to calibrate with, got none; pass one at least.',
      {
        option: 'images',
      },
    );
  }
  const { path } = await resolveModel(model, { cache, env, signal, onProgress });
  const checkpoint = await openFolder(path, { cache, env, signal });
  const settings = { cacheDirectory: cacheDirectory({ cache, env }), signal, onProgress };
  const [exact, other] = await (async () => {
    try {
      return [
        await convertCached(checkpoint, { ...settings, precision: 'fp32' }),
        await convertCached(checkpoint, { ...settings, precision }),
      ] as const;
    } finally {
      await checkpoint.close();
    }
  })();

  const backend = await backendByName('cpu', { threads, onNote });
  const recordings: Recording[] = [];
  const recording = recordingBackend(backend, recordings);
  const chat = new LocalChat(
    await loadModel(exact.directory, { ...options, precision: 'fp32', backend: recording }),
  );
  try {
    for (const image of images) {
      const parts = [{ type: 'image', image } as const, { type: 'text', text: prompt } as const];
      for await (const _ of chat.answer([{ role: 'user', parts }], { maxNewTokens: 8, signal }))
        signal?.throwIfAborted();
    }
  } finally {
    await chat.dispose();
  }

  const visionPath = await exact.vision();
  const found: Omit<LayerDrift, 'keep'>[] = [];
  for (const each of recordings.filter(({ rows }) => rows.length > 0)) {
    const part = each.path === visionPath ? 'vision' : 'llm';
    const otherPath = part === 'vision' ? await other.vision() : other.decoder!;
    const drift = await layerDrift(each, otherPath, { backend, signal });
    found.push({ part, layer: each.layer.name, ...drift });
  }
  const layers = (['vision', 'llm'] as const).flatMap((part) =>
    marked(
      found.filter((each) => each.part === part),
      factor,
    ),
  );
  return { precision, layers, keep: kept(layers) };
}

function marked(layers: readonly Omit<LayerDrift, 'keep'>[], factor: number): LayerDrift[] {
  const errors = layers.map(({ error }) => error).sort((a, b) => a - b);
  const median = errors[Math.floor(errors.length / 2)] ?? 0;
  return layers.map((layer) => ({ ...layer, keep: layer.error > factor * median }));
}

function kept(layers: readonly LayerDrift[]): KeptLayers | undefined {
  const of = (part: LayerDrift['part']) =>
    layers.filter((layer) => layer.keep && layer.part === part).map(({ layer }) => layer);
  const keep = { vision: of('vision'), llm: of('llm') };
  return keep.vision.length + keep.llm.length === 0 ? undefined : keep;
}
