import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Backend, hostTensor } from '@internvl/backend';
import { readRange } from '@internvl/backend/node';
import { decodeModel } from '@internvl/backend/onnx';
import { referenceBackend } from '@internvl/backend/reference';
import { nodeBackend } from '@internvl/backend-node';
import { expect, onTestFinished, test } from 'vitest';
import { convert } from '../convert/convert.js';
import type { ConvertedModel } from '../convert/converted-model.js';
import { planConversion } from '../convert/plan.js';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { floats, TinyDecoder } from '../testing/tiny-decoder.js';
import { parsePrecision } from './part-precisions.js';

/** Rows of a table take 64 to 256 bytes in each precision: a few dozen parts of the 935 rows. */
const limit = 4096;

const backends: Record<string, () => Promise<Backend>> = {
  'ONNX Runtime': () => nodeBackend({ device: 'cpu', threads: 1, prepack: true }),
  'the reference': async () => referenceBackend({ readRange }),
};
const precisions = ['fp32', 'fp16', 'int8', 'q4', 'q4f16', 'q8+q4+q4'];
const cases = Object.keys(backends).flatMap((backend) =>
  precisions.map((precision) => [precision, backend] as const),
);

async function converted(precision: string, maxTensorBytes?: number): Promise<ConvertedModel> {
  const checkpoint = await openFolder(join(fixtures, 'v3-5-tied'), { cache: await temporaryFolder() });
  onTestFinished(() => checkpoint.close());
  const directory = join(await temporaryFolder(), 'model');
  return convert(checkpoint, { directory, precision: parsePrecision(precision), maxTensorBytes });
}

async function results(model: ConvertedModel, backend: Backend): Promise<Float32Array[]> {
  const vision = await backend.load({ path: await model.vision({ width: 56, height: 56 }) });
  onTestFinished(() => vision.dispose());
  const pixels = Float32Array.from({ length: 3 * 56 * 56 }, (_, at) => Math.sin(at));
  const { visual_tokens } = await vision.run({ pixel_values: hostTensor('float32', pixels, [1, 3, 56, 56]) });
  const decoder = await TinyDecoder.load(model, backend);
  onTestFinished(() => decoder.dispose());
  const { vocabulary } = model.config.llm!;
  const embeds = await decoder.embed([0, 1, 500, vocabulary - 1, 63, 64, 65]);
  const logits = await decoder.prefill(decoder.cache(), embeds, 7);
  return [await floats(visual_tokens), embeds, logits];
}

test.each(cases)('tensors cut to a size compute the same: %s on %s', async (precision, name) => {
  const backend = await backends[name]!();
  const [whole, cut] = [await converted(precision), await converted(precision, limit)];
  expect(cut.manifest.maxTensorBytes).toBe(limit);
  for (const path of [cut.embed!, cut.decoder!, await cut.vision()]) {
    const { graph } = decodeModel(await readFile(path));
    for (const tensor of graph.initializers) {
      if (!('external' in tensor) || tensor.dims.length < 2) continue;
      expect(tensor.external.length, tensor.name).toBeLessThanOrEqual(limit);
    }
  }
  const expected = await results(whole, backend);
  const found = await results(cut, backend);
  for (const [at, values] of expected.entries()) {
    const off = values.reduce(
      (most, value, index) => Math.max(most, Math.abs(value - found[at]![index]!)),
      0,
    );
    expect(off).toBeLessThanOrEqual(1e-4);
  }
});

test.each(precisions)('what is stored is within the limit too: %s', async (precision) => {
  const checkpoint = await openFolder(join(fixtures, 'v3-5-tied'), { cache: await temporaryFolder() });
  onTestFinished(() => checkpoint.close());
  const { config, weights } = checkpoint;
  const plan = await planConversion(config, weights, {
    precision: parsePrecision(precision),
    maxTensorBytes: limit,
  });
  const cut = plan.data.entries.filter(({ tensor }) => tensor.name.includes('weight'));
  expect(cut.length).toBeGreaterThan(50);
  for (const { tensor } of cut) expect(tensor.bytes, tensor.name).toBeLessThanOrEqual(limit);
});

test('a table that is cut is still stored once for embedding and head', async () => {
  const { decoder, embed } = await converted('q4', limit);
  const places = await Promise.all(
    [embed!, decoder!].map(async (path) => {
      const { graph } = decodeModel(await readFile(path));
      const tables = graph.initializers.filter(({ name }) => name.includes('embed_tokens'));
      return new Set(tables.map((tensor) => ('external' in tensor ? tensor.external.offset : -1)));
    }),
  );
  expect(places[0]!.size).toBeGreaterThan(20);
  expect(places[1]).toEqual(places[0]);
});

test('a limit below one row is refused', async () => {
  await expect(converted('fp32', 100)).rejects.toMatchObject({
    code: 'invalid-option',
    facts: { option: 'maxTensorBytes', value: 100 },
  });
});
