import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, hostTensor } from '@internvl/backend';
import { readRange } from '@internvl/backend/node';
import { referenceBackend } from '@internvl/backend/reference';
import { nodeBackend } from '@internvl/backend-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convert } from '../convert/convert.js';
import type { ConvertedModel } from '../convert/converted-model.js';
import type { Safetensors } from '../safetensors/safetensors.js';
import { openFolder } from '../source/open-folder.js';
import { checkpointNames, fixtures, goldens } from '../testing/checkpoints.js';
import { type GoldenRecord, openRun, runNames, runPixels, slotId } from '../testing/golden-record.js';
import { argmax, floats, TinyDecoder } from '../testing/tiny-decoder.js';

/** What float32 allows; the records' own noise is a tenth of it. */
const VISION = 1e-4;
const LOGITS = 5e-4;
/** Tokens that are compared after the first one. */
const STEPS = 6;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-graphs-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const onnxruntime = () => nodeBackend({ device: 'cpu', threads: 1 });
describe('the fixtures in the repository', () => checkpoints(fixtures, onnxruntime));
describe.runIf(goldens)('the full set', () => checkpoints(goldens ?? fixtures, onnxruntime));

/** One run of each checkpoint, and all that a batch needs: the reference backend is exact and slow. */
describe('the reference backend', () =>
  checkpoints(
    fixtures,
    async () => referenceBackend({ readRange }),
    (runs) => runs.filter((run) => ['one-tile', 'static', 'oblong', 'batch'].includes(run)),
  ));

function checkpoints(
  set: string,
  backendOf: () => Promise<Backend>,
  choose: (runs: string[]) => string[] = (runs) => runs,
): void {
  for (const name of checkpointNames(set)) {
    const source = join(set, name);
    describe(name, () => checkpoint(source, choose(runNames(source)), backendOf));
  }
}

function checkpoint(source: string, runs: readonly string[], backendOf: () => Promise<Backend>): void {
  let backend: Backend;
  let model: ConvertedModel;
  let slot = -1;

  beforeAll(async () => {
    backend = await backendOf();
    const opened = await openFolder(source);
    const directory = join(await mkdtemp(join(folder, 'case-')), 'converted');
    model = await convert(opened, { directory });
    await opened.close();
    if (model.config.llm) slot = await slotId(model.files, model.config);
  });

  test.each(runs)('%s', async (run) => {
    const { record, tensors } = await openRun(source, run);
    try {
      const visual = await compareVision(source, model, record, tensors, backend);
      if (!model.config.llm) return;
      const decoder = await TinyDecoder.load(model, backend);
      try {
        if (record.rows) await compareBatch(decoder, record, tensors, slot, visual, model);
        else await compareAnswer(decoder, record, tensors, slot, visual);
      } finally {
        await decoder.dispose();
      }
    } finally {
      await tensors.close();
    }
  });
}

/** Tensors of a record and the outputs that they are of. */
const recorded = [
  ['last_hidden_state', 'last_hidden_state'],
  ['vit_last_hidden_state', 'last_hidden_state'],
  ['vit_selected_layer', 'selected_hidden_state'],
  ['visual_tokens', 'visual_tokens'],
] as const;

/**
 * Compares what the vision graph gives; the visual tokens of all tiles. Where a record has `torchvision_backend`, its vision
 * tensors are those of that second run, on other pixels than its logits (make/native.py leaves its hooks on the model): then
 * only the logits count, and they lean on every visual token.
 */
async function compareVision(
  source: string,
  model: ConvertedModel,
  record: GoldenRecord,
  tensors: Safetensors,
  backend: Backend,
): Promise<Float32Array<ArrayBuffer>> {
  if (record.images.length === 0) return new Float32Array();
  const { values, tiles, size } = await runPixels(source, record, model.config);
  const graph = await backend.load({ path: await model.vision(size) });
  try {
    const pixels = hostTensor('float32', Float32Array.from(values), [tiles, 3, size.height, size.width]);
    const outputs = await graph.run({ pixel_values: pixels });
    for (const [golden, output] of record.torchvision_backend ? [] : recorded) {
      const wanted = tensors.names().filter((name) => name === golden || name.startsWith(`${golden}.`));
      if (wanted.length === 0) continue;
      const found = await floats(outputs[output]);
      for (const name of wanted) {
        const expected = await tensors.read(name);
        const start = name.endsWith('.last') ? found.length - expected.length : 0;
        const part = found.subarray(start, start + expected.length);
        expect(difference(part, expected), name).toBeLessThanOrEqual(VISION);
      }
    }
    return model.config.llm ? floats(outputs.visual_tokens) : new Float32Array();
  } finally {
    await graph.dispose();
  }
}

/** Prefill in two chunks, then greedy steps. */
async function compareAnswer(
  decoder: TinyDecoder,
  { prompt_ids, ids, generation }: GoldenRecord,
  tensors: Safetensors,
  slot: number,
  visual: Float32Array<ArrayBuffer>,
): Promise<void> {
  const cache = decoder.cache();
  const embeds = await decoder.embed(prompt_ids, slot, visual);
  let logits = await decoder.prefill(cache, embeds, prompt_ids.length);
  expect(difference(logits, await tensors.read('logits.first'))).toBeLessThanOrEqual(LOGITS);

  const half = (embeds.length / prompt_ids.length) * Math.floor(prompt_ids.length / 2);
  const parts = decoder.cache();
  await decoder.prefill(parts, embeds.subarray(0, half), prompt_ids.length);
  const chunked = await decoder.prefill(parts, embeds.subarray(half), prompt_ids.length);
  if (!tensors.names().includes('scores.first')) expect(argmax(chunked)).toBe(ids[0]);

  if (generation?.repetition_penalty) return;
  for (const id of ids.slice(0, STEPS)) {
    expect(argmax(logits)).toBe(id);
    [logits = logits] = await decoder.step([cache], [id]);
  }
}

/** Each row is prefilled by itself; then all rows step together, at their different lengths. */
async function compareBatch(
  decoder: TinyDecoder,
  { rows = [], num_patches_list = [] }: GoldenRecord,
  tensors: Safetensors,
  slot: number,
  visual: Float32Array<ArrayBuffer>,
  { config }: ConvertedModel,
): Promise<void> {
  const caches = rows.map(() => decoder.cache());
  let logits: Float32Array[] = [];
  let start = 0;
  for (const [row, { prompt_ids }] of rows.entries()) {
    const end = start + num_patches_list[row]! * config.tokensPerTile * config.llm!.hidden;
    const embeds = await decoder.embed(prompt_ids, slot, visual.subarray(start, end));
    logits.push(await decoder.prefill(caches[row]!, embeds, prompt_ids.length));
    const golden = await tensors.read(`logits.first.${row}`);
    expect(difference(logits[row]!, golden)).toBeLessThanOrEqual(LOGITS);
    start = end;
  }
  for (let step = 0; step < STEPS; step++) {
    const next = logits.map(argmax);
    expect(next).toEqual(rows.map(({ ids }) => ids[step]));
    logits = await decoder.step(caches, next);
  }
}

function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce((largest, value, at) => Math.max(largest, Math.abs(value - expected[at]!)), 0);
}
