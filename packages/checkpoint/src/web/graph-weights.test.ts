import { join } from 'node:path';
import { hostTensor } from '@internvl/backend';
import { decodeModel, type OnnxTensor } from '@internvl/backend/onnx';
import { nodeBackend } from '@internvl/backend-node';
import { expect, onTestFinished, test } from 'vitest';
import { convertCached } from '../convert/convert.js';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { memoryStorage } from '../testing/memory-directory.js';
import { memoryStore } from '../testing/memory-store.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import type { LoadedGraph } from './stored-model.js';

function constants({ bytes, externalData = {} }: LoadedGraph): Map<string, string> {
  return new Map(
    decodeModel(bytes).graph.initializers.map((tensor) => [tensor.name, content(tensor, externalData)]),
  );
}

function content(tensor: OnnxTensor, files: Readonly<Record<string, Uint8Array>>): string {
  if ('data' in tensor) return Buffer.from(tensor.data).toString('base64');
  const { location, offset, length } = tensor.external;
  const bytes = Buffer.from(files[location]!.subarray(offset, offset + length));
  return `${offset % 4096} ${bytes.toString('base64')}`;
}

test.each(['v2-1b', 'v3-5-tied'])('%s: a graph has its own weights, and no others', async (name) => {
  const checkpoint = await openFolder(join(fixtures, name), { cache: await temporaryFolder() });
  onTestFinished(() => checkpoint.close());
  const storage = memoryStorage();
  // Blocks that end in the middle of tensors.
  const model = await memoryStore(storage).convert(checkpoint, { precision: 'q4', blockBytes: 10_000 });
  const data = storage.file(`${model.id}/${model.manifest.data}`)!;
  let all = 0;
  for (const [file, loaded] of [
    ['vision.onnx', await model.vision()],
    ['embed.onnx', await model.embed!()],
    ['decoder.onnx', await model.decoder!()],
  ] as const) {
    const whole = {
      bytes: storage.file(`${model.id}/${file}`)!,
      externalData: { [model.manifest.data]: data },
    };
    expect(constants(loaded)).toEqual(constants(whole));
    const bytes = loaded.externalData![model.manifest.data]!.length;
    expect(bytes).toBeLessThan(data.length);
    all += bytes;
  }
  expect(all).toBeGreaterThan(data.length / 2);
});

test('graphs from memory give what graphs from files give, for another input size too', async () => {
  const cacheDirectory = await temporaryFolder();
  const checkpoint = await openFolder(join(fixtures, 'v2-1b'), { cache: cacheDirectory });
  onTestFinished(() => checkpoint.close());
  const files = await convertCached(checkpoint, { cacheDirectory });
  const stored = await memoryStore(memoryStorage()).convert(checkpoint);
  const backend = await nodeBackend({ device: 'cpu', threads: 1 });
  for (const size of [
    { width: 56, height: 56 },
    { width: 84, height: 56 },
  ]) {
    const pixels = Float32Array.from({ length: 3 * size.width * size.height }, (_, at) => Math.sin(at));
    const outputs: Float32Array[] = [];
    for (const source of [{ path: await files.vision(size) }, await stored.vision(size)]) {
      const graph = await backend.load(source);
      const { visual_tokens } = await graph.run({
        pixel_values: hostTensor('float32', pixels, [1, 3, size.height, size.width]),
      });
      const values = await visual_tokens!.getData();
      if (values instanceof Float32Array) outputs.push(values);
      await graph.dispose();
    }
    expect(outputs[0]!.length).toBeGreaterThan(0);
    expect(outputs[1]).toEqual(outputs[0]);
  }
});
