import { join } from 'node:path';
import { hostTensor } from '@internvl/backend';
import { nodeBackend } from '@internvl/backend-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { convert } from '../convert/convert.js';
import { openFolder } from '../source/open-folder.js';
import { checkpointNames, fixtures } from '../testing/checkpoints.js';
import { openRun, runNames, runPixels, slotId } from '../testing/golden-record.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { floats, TinyDecoder } from '../testing/tiny-decoder.js';

/**
 * Twice what was measured: 5e-3 for hidden states of about 2, 1.8e-2 for logits of standard deviation 4. Checkpoints
 * stored as bfloat16 or float16 move less, as nearly all of their weights are float16 numbers already.
 */
const VISION = 1e-2;
const LOGITS = 4e-2;

describe('weights stored as float16 move results a little and greedy answers not at all', () => {
  for (const name of checkpointNames(fixtures)) test(name, () => drift(join(fixtures, name)));
});

async function drift(source: string): Promise<void> {
  const backend = await nodeBackend({ device: 'cpu', threads: 1 });
  const checkpoint = await openFolder(source, { cache: await temporaryFolder() });
  onTestFinished(() => checkpoint.close());
  const run = runNames(source).find((name) => ['one-tile', 'static', 'oblong'].includes(name));
  const { record, tensors } = await openRun(source, run ?? '');
  onTestFinished(() => tensors.close());
  const [exact, half] = await Promise.all(
    (['fp32', 'fp16'] as const).map(async (precision) =>
      convert(checkpoint, { directory: join(await temporaryFolder(), 'model'), precision }),
    ),
  );
  const { values, tiles, size } = await runPixels(source, record, checkpoint.config);
  const results = [];
  for (const model of [exact!, half!]) {
    const graph = await backend.load({ path: await model.vision(size) });
    const pixels = hostTensor('float32', Float32Array.from(values), [tiles, 3, size.height, size.width]);
    const outputs = await graph.run({ pixel_values: pixels });
    results.push(await floats(outputs.last_hidden_state));
    await graph.dispose();
    if (model === exact || !model.config.llm) continue;

    const decoder = await TinyDecoder.load(model, backend);
    onTestFinished(() => decoder.dispose());
    const slot = await slotId(model.files, model.config);
    const embeds = await decoder.embed(record.prompt_ids, slot, await floats(outputs.visual_tokens));
    const cache = decoder.cache();
    let logits = await decoder.prefill(cache, embeds, record.prompt_ids.length);
    expect(difference(logits, await tensors.read('logits.first'))).toBeLessThanOrEqual(LOGITS);
    for (const id of record.ids.slice(0, 8)) {
      expect(logits.reduce((best, value, at) => (value > logits[best]! ? at : best), 0)).toBe(id);
      [logits = logits] = await decoder.step([cache], [id]);
    }
  }
  expect(difference(results[0]!, results[1]!)).toBeLessThanOrEqual(VISION);
}

function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce((largest, value, at) => Math.max(largest, Math.abs(value - expected[at]!)), 0);
}
