import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, hostTensor } from '@internvl/backend';
import { parsePrecision } from '@internvl/checkpoint';
import { type ConvertedModel, convert, openFolder } from '@internvl/checkpoint/node';
import { openRun, runNames, runPixels, slotId } from '../../packages/checkpoint/src/testing/golden-record.js';
import { argmax, floats, TinyDecoder } from '../../packages/checkpoint/src/testing/tiny-decoder.js';
import { withOutputs } from '../../packages/checkpoint/src/testing/with-outputs.js';

/** How far a precision is from float32 on one record. */
export interface GoldenDrift {
  readonly preset: string;
  /** Smallest cosine over positions' means, layer by layer: of the hidden states behind each layer. */
  readonly visionLayers: readonly number[];
  readonly llmLayers: readonly number[];
  readonly visionError: number;
  readonly logitError?: number;
  readonly logitCosine?: number;
  /** Tokens until the first that differs, of how many. */
  readonly sameTokens?: readonly [number, number];
}

/** Drift of each preset on the one-image run of a recorded checkpoint. */
export async function goldenDrift(
  source: string,
  presets: readonly string[],
  backend: Backend,
): Promise<readonly GoldenDrift[]> {
  const folder = await mkdtemp(join(tmpdir(), 'internvl-drift-'));
  const checkpoint = await openFolder(source, { cache: folder });
  const name = runNames(source).find((run) => ['one-tile', 'static', 'oblong'].includes(run)) ?? '';
  const { record, tensors } = await openRun(source, name);
  try {
    const { values, tiles, size } = await runPixels(source, record, checkpoint.config);
    const recorded = checkpoint.config.llm ? await tensors.read('logits.first') : undefined;
    const pixels = hostTensor('float32', Float32Array.from(values), [tiles, 3, size.height, size.width]);
    const drifts: GoldenDrift[] = [];
    let exact: Traces | undefined;
    for (const preset of presets) {
      const directory = join(folder, preset);
      const model = await convert(checkpoint, { directory, precision: parsePrecision(preset) });
      const traces = await trace(model, backend, await model.vision(size), pixels, record);
      exact ??= traces;
      drifts.push({
        preset,
        visionLayers: cosines(traces.vision, exact.vision),
        llmLayers: cosines(traces.llm, exact.llm),
        visionError: difference(traces.vision.at(-1)!, exact.vision.at(-1)!),
        ...(recorded &&
          traces.logits && {
            logitError: difference(traces.logits, recorded),
            logitCosine: cosine(traces.logits, recorded),
            sameTokens: [traces.same, record.ids.length] as const,
          }),
      });
    }
    return drifts;
  } finally {
    await tensors.close();
    await checkpoint.close();
    await rm(folder, { recursive: true });
  }
}

interface Traces {
  readonly vision: readonly Float32Array[];
  readonly llm: readonly Float32Array[];
  readonly logits?: Float32Array;
  readonly same: number;
}

async function trace(
  model: ConvertedModel,
  backend: Backend,
  visionPath: string,
  pixel_values: ReturnType<typeof hostTensor<'float32'>>,
  record: { readonly prompt_ids: readonly number[]; readonly ids: readonly number[] },
): Promise<Traces> {
  const { vision, llm, selectLayer } = model.config;
  const selected = selectLayer < 0 ? vision.layers + 1 + selectLayer : selectLayer;
  const names = Array.from({ length: vision.layers }, (_, layer) => {
    if (layer + 1 === vision.layers) return 'last_hidden_state';
    return layer + 1 === selected ? 'selected_hidden_state' : `layers.${layer}`;
  });
  const graph = await backend.load({ path: await withOutputs(visionPath, names) }, { prepack: true });
  const outputs = await graph.run({ pixel_values });
  await graph.dispose();
  const states: Float32Array[] = [];
  for (const name of names) states.push(await floats(outputs[name]));
  if (!llm) return { vision: states, llm: [], same: 0 };

  const traced = Array.from({ length: llm.layers }, (_, layer) => `layers.${layer}.output`);
  const decoder = await TinyDecoder.load(model, backend, traced);
  try {
    const slot = await slotId(model.files, model.config);
    const embeds = await decoder.embed(record.prompt_ids, slot, await floats(outputs.visual_tokens));
    const cache = decoder.cache();
    const logits = await decoder.prefill(cache, embeds, record.prompt_ids.length);
    const layers = traced.map((name) => decoder.traces.get(name)!);
    let same = 0;
    let next = logits;
    while (same < record.ids.length && argmax(next) === record.ids[same]) {
      [next = next] = await decoder.step([cache], [record.ids[same]!]);
      same += 1;
    }
    return { vision: states, llm: layers, logits, same };
  } finally {
    await decoder.dispose();
  }
}

function cosines(found: readonly Float32Array[], exact: readonly Float32Array[]): number[] {
  return found.map((values, layer) => cosine(values, exact[layer]!));
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, first, second] = [0, 0, 0];
  for (const [at, value] of a.entries()) {
    product += value * b[at]!;
    first += value * value;
    second += b[at]! * b[at]!;
  }
  return product / Math.sqrt(first * second);
}

function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
}
