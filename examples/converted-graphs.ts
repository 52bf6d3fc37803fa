import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostTensor, type Tensor } from '@internvl/backend';
import { nodeBackend } from '@internvl/backend-node';
import { convert, openCheckpoint } from '@internvl/checkpoint/node';

// Converts a checkpoint and drives its graphs by hand, as any ONNX Runtime program could: see docs/graphs.md.
const tiny = fileURLToPath(new URL('../fixtures/checkpoints/v2-1b', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'internvl-graphs-'));
try {
  const checkpoint = await openCheckpoint(process.argv[2] ?? tiny);
  const model = await convert(checkpoint, { directory: join(folder, 'model'), precision: 'fp16' });
  await checkpoint.close();
  const { llm } = model.config;
  if (llm?.rope.type !== 'default' || !model.embed || !model.decoder) throw new Error('take a Qwen');
  for (const { path, bytes } of model.manifest.files) console.log(path, bytes);

  const backend = await nodeBackend({ device: 'cpu' });
  const embed = await backend.load({ path: model.embed });
  const decoder = await backend.load({ path: model.decoder });
  const size = model.manifest.kvHeadSize ?? llm.headSize;
  const { theta } = llm.rope;

  // The cache: for each layer keys and values [1, kvHeads, capacity, size], none at first.
  let past: Record<string, Tensor> = {};
  for (let layer = 0; layer < llm.layers; layer++) {
    for (const part of ['key', 'value']) {
      past[`past.${layer}.${part}`] = hostTensor('float32', new Float32Array(), [1, llm.kvHeads, 0, size]);
    }
  }
  let ids = [40, 41, 42];
  let length = 0;
  for (let step = 0; step < 4; step++) {
    const input_ids = hostTensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
    const { inputs_embeds } = await embed.run({ input_ids });
    const cos = new Float32Array((ids.length * size) / 2).fill(1);
    const sin = new Float32Array((ids.length * size) / 2);
    for (let row = 0; row < ids.length; row++) {
      for (let index = 0; index < llm.headSize / 2; index++) {
        const angle = (length + row) / theta ** ((2 * index) / llm.headSize);
        cos[(row * size) / 2 + index] = Math.cos(angle);
        sin[(row * size) / 2 + index] = Math.sin(angle);
      }
    }
    const total = length + ids.length;
    const outputs = await decoder.run({
      ...past,
      inputs_embeds: inputs_embeds!,
      rotary_cos: hostTensor('float32', cos, [ids.length, size / 2]),
      rotary_sin: hostTensor('float32', sin, [ids.length, size / 2]),
      rotary_index: hostTensor(
        'int64',
        BigInt64Array.from(ids, (_, row) => BigInt(row)),
        [1, ids.length],
      ),
      seqlens_k: hostTensor('int32', Int32Array.of(total - 1), [1]),
      total_sequence_length: hostTensor('int32', Int32Array.of(total), [1]),
      logit_index: hostTensor('int64', BigInt64Array.of(BigInt(ids.length - 1)), [1]),
    });
    // The simplest cache: what comes out whole goes back in.
    past = Object.fromEntries(
      Object.keys(past).map((name) => [name, outputs[name.replace('past', 'present')]!]),
    );
    const logits = await outputs.logits!.getData();
    let best = 0;
    for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
    console.log(`token ${best} behind ${total}`);
    ids = [best];
    length = total;
  }
  await embed.dispose();
  await decoder.dispose();
} finally {
  await rm(folder, { recursive: true, force: true });
}
