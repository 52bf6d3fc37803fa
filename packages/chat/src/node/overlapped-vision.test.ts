import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Backend, Graph, Tensor } from '@internvl/backend';
import { nodeBackend } from '@internvl/backend-node';
import { pixelValues, tiles } from '@internvl/tiling';
import { decodeImage } from '@internvl/tiling/node';
import { expect, test } from 'vitest';
import { LocalChat } from '../local-chat.js';
import type { Turn } from '../turn.js';
import { loadModel } from './load-model.js';

const samples = fileURLToPath(new URL('../../../../models/nano/samples/', import.meta.url));
const nano = fileURLToPath(new URL('../../../../models/nano/', import.meta.url));

/** onnxruntime-node whose graphs run in the background for a while, and see that nobody touches their feeds meanwhile. */
async function inBackground(): Promise<Backend> {
  const backend = await nodeBackend({ device: 'cpu' });
  return {
    ...backend,
    async load(model, options): Promise<Graph> {
      const graph = await backend.load(model, options);
      return {
        ...graph,
        inputs: graph.inputs,
        outputs: graph.outputs,
        async run(feeds, run) {
          const before = feeds.pixel_values?.data.slice();
          await new Promise((resolve) => setTimeout(resolve, 2));
          if (before) expect(feeds.pixel_values!.data).toEqual(before);
          return graph.run(feeds, run);
        },
        dispose: () => graph.dispose(),
      };
    },
  };
}

async function images(): Promise<string[]> {
  const names = (await readdir(samples)).filter((name) => name.endsWith('.png')).sort();
  return names.slice(0, 3).map((name) => `${samples}${name}`);
}

test('images decoded, cut and encoded at the same time have the features of one after the other', async () => {
  const paths = await images();
  const model = await loadModel(nano, { backend: await inBackground() });
  const { config } = model;
  const expected = { pixels: [] as Float32Array[], tokens: [] as Float32Array[] };
  for (const path of paths) {
    for await (const tile of tiles(await decodeImage(path), config)) {
      const pixels = pixelValues([tile], config);
      expected.pixels.push(pixels);
      for await (const { visualTokens } of model.vision.visualTokens([pixels])) {
        expected.tokens.push(visualTokens.data.slice());
      }
    }
  }

  const chat = new LocalChat(model);
  try {
    const turns: readonly Turn[] = [
      { role: 'user', parts: paths.map((image) => ({ type: 'image' as const, image })) },
    ];
    const { tensors } = await chat.trace(turns, { maxNewTokens: 1 });
    expect(joined(expected.pixels)).toEqual(tensors.pixel_values!.data);
    expect(joined(expected.tokens)).toEqual(tensors.visual_tokens!.data);

    // Side by side, so that calls share the encoder's memory.
    const features = await Promise.all(
      paths.map(async (path) => {
        const seen: Tensor<'float32'>[] = [];
        for await (const { visualTokens } of chat.features(path)) seen.push(visualTokens!);
        return seen;
      }),
    );
    expect(joined(features.flat().map(({ data }) => data))).toEqual(joined(expected.tokens));
  } finally {
    await chat.dispose();
  }
});

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
