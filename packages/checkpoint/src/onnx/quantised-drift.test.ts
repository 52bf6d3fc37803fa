import { join } from 'node:path';
import { type Backend, hostTensor } from '@internvl/backend';
import { readRange } from '@internvl/backend/node';
import { referenceBackend } from '@internvl/backend/reference';
import { nodeBackend } from '@internvl/backend-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { convert } from '../convert/convert.js';
import type { ConvertedModel } from '../convert/converted-model.js';
import { openFolder } from '../source/open-folder.js';
import { checkpointNames, fixtures } from '../testing/checkpoints.js';
import { openRun, runNames, runPixels, slotId } from '../testing/golden-record.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { floats, TinyDecoder } from '../testing/tiny-decoder.js';
import { parsePrecision } from './part-precisions.js';

/**
 * Largest errors that were measured, with a third on top; docs/quantisation.md has each. Random weights are the worst case:
 * nothing in them is redundant, and logits of standard deviation 4 lie close together.
 */
const bounds = {
  int8: { vision: 0.23, cosine: 0.987 },
  q4: { vision: 0.24, cosine: 0.7 },
  q4f16: { vision: 0.24, cosine: 0.7 },
  'q8+q4+q4': { vision: 0.24, cosine: 0.7 },
} as const;

/**
 * What the reference backend may differ by from ONNX Runtime, as a share of the largest logit. Each operator agrees to 1e-5
 * by itself; but a float that differs in its last bit may round to the next of 255 steps (int8), and ONNX Runtime rounds
 * activations for products of blocks, which the reference does not.
 */
const agreement = 0.06;

const onnxruntime = () => nodeBackend({ device: 'cpu', threads: 1, prepack: true });

describe.each(['int8', 'q4', 'q4f16', 'q8+q4+q4'] as const)('%s', (precision) => {
  test.each(checkpointNames(fixtures))('%s', async (name) => {
    const measured = await run(name, precision, await onnxruntime());
    expect(measured.vision).toBeLessThanOrEqual(bounds[precision].vision);
    if (measured.logits) expect(measured.cosine).toBeGreaterThanOrEqual(bounds[precision].cosine);

    if (name !== 'v2-1b' && name !== 'v3-5-moe' && name !== 'v3-5-tied') return;
    const reference = await run(name, precision, referenceBackend({ readRange }));
    const [expected, found] = [reference.logits!, measured.logits!];
    expect(difference(found, expected) / largest(expected)).toBeLessThanOrEqual(agreement);
  });
});

interface Measured {
  /** Largest error of the last hidden state against float32. */
  readonly vision: number;
  readonly logits?: Float32Array;
  /** Of the first logits and the recorded ones. */
  readonly cosine?: number;
}

async function run(name: string, precision: keyof typeof bounds, backend: Backend): Promise<Measured> {
  const source = join(fixtures, name);
  const checkpoint = await openFolder(source, { cache: await temporaryFolder() });
  onTestFinished(() => checkpoint.close());
  const runName = runNames(source).find((each) => ['one-tile', 'static', 'oblong'].includes(each));
  const { record, tensors } = await openRun(source, runName ?? '');
  onTestFinished(() => tensors.close());
  const pixels = await runPixels(source, record, checkpoint.config);
  const vision = async (model: ConvertedModel) => {
    const { values, tiles, size } = pixels;
    const graph = await backend.load({ path: await model.vision(size) });
    const dims = [tiles, 3, size.height, size.width];
    const outputs = await graph.run({ pixel_values: hostTensor('float32', Float32Array.from(values), dims) });
    await graph.dispose();
    return { last: await floats(outputs.last_hidden_state), tokens: outputs.visual_tokens };
  };
  const converted = async (wanted: string) =>
    convert(checkpoint, {
      directory: join(await temporaryFolder(), 'model'),
      precision: parsePrecision(wanted),
    });
  const model = await converted(precision);
  const [exact, quantised] = [await vision(await converted('fp32')), await vision(model)];
  const drift = difference(quantised.last, exact.last);
  if (!model.config.llm) return { vision: drift };

  const decoder = await TinyDecoder.load(model, backend);
  onTestFinished(() => decoder.dispose());
  const slot = await slotId(model.files, model.config);
  const embeds = await decoder.embed(record.prompt_ids, slot, await floats(quantised.tokens));
  const cache = decoder.cache();
  const logits = await decoder.prefill(cache, embeds, record.prompt_ids.length);
  await decoder.step([cache], [record.ids[0]!]);
  return { vision: drift, logits, cosine: cosine(logits, await tensors.read('logits.first')) };
}

function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
