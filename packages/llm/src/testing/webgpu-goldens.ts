import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, hostTensor } from '@internvl/backend';
import { nodeBackend } from '@internvl/backend-node';
import { convert, openCheckpoint } from '@internvl/checkpoint/node';
import { generate } from '../generate.js';
import { goldenModel } from './golden-model.js';
import { goldenPrompts } from './golden-prompt.js';
import { fixtures, readRecord, readTensors } from './golden-records.js';

/*
 * Recorded runs through vision, embedding and decoder on onnxruntime's WebGPU: the cases named as arguments, a line of
 * JSON for each. In runs of at most 31 tokens, because attention over more is wrong on software adapters with narrow
 * subgroups; `checkAttention` keeps such an adapter from being taken unasked.
 */

const run = 'one-tile';
const chunkTokens = 31;

for (const name of process.argv.slice(2)) {
  const backend = await nodeBackend({ device: 'webgpu', fallback: 'none', checkAttention: false });
  console.log(JSON.stringify({ case: name, ...(await compare(`${fixtures}${name}`, backend)) }));
}

/** Largest absolute differences from the record, and whether the new ids are the recorded ones. */
async function compare(folder: string, backend: Backend): Promise<object> {
  const record = readRecord(folder, run);
  const recorded = readTensors(folder, run);
  const stages = await vision(folder, backend, recorded.get('pixel_values.first')!);
  const { model, close } = await goldenModel(folder, backend);
  try {
    const [prompt] = goldenPrompts(record, stages.visualTokens, model.spec.hidden);
    let logitsError = 0;
    const ids: number[] = [];
    const events = generate(model, prompt!, {
      chunkTokens,
      maxNewTokens: record.generation.max_new_tokens,
      stopIds: [record.end_token_id],
      onScores({ index, logits }) {
        const expected = recorded.get(`logits.${{ 0: 'first', 7: 'eighth' }[index] ?? ''}`);
        if (expected) logitsError = Math.max(logitsError, difference(logits, expected));
      },
    });
    for await (const event of events) if (event.type === 'token') ids.push(event.id);
    return {
      backend: backend.name,
      vision: difference(stages.hidden, recorded.get('vit_last_hidden_state')!),
      visualTokens: difference(stages.visualTokens, recorded.get('visual_tokens')!),
      logits: logitsError,
      idsEqual: ids.join() === record.ids.join(),
    };
  } finally {
    await close();
  }
}

/** ViT output and visual tokens of one tile. */
async function vision(
  folder: string,
  backend: Backend,
  pixels: Float32Array,
): Promise<{ hidden: Float32Array; visualTokens: Float32Array }> {
  const directory = await mkdtemp(join(tmpdir(), 'internvl-webgpu-'));
  const checkpoint = await openCheckpoint(folder);
  try {
    const converted = await convert(checkpoint, { directory });
    const graph = await backend.load({ path: await converted.vision() });
    const side = Math.sqrt(pixels.length / 3);
    const feeds = { pixel_values: hostTensor('float32', pixels, [1, 3, side, side]) };
    const outputs = await graph.run(feeds);
    await graph.dispose();
    return {
      hidden: floats(outputs.last_hidden_state?.data),
      visualTokens: floats(outputs.visual_tokens?.data),
    };
  } finally {
    await checkpoint.close();
    await rm(directory, { recursive: true });
  }
}

function floats(data: unknown): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error('expected float32 outputs on the CPU');
}

function difference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return actual.reduce((most, number, at) => Math.max(most, Math.abs(number - expected[at]!)), 0);
}
