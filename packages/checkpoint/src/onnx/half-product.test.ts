import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeModel, type OnnxModel } from '@internvl/backend/onnx';
import { expect, onTestFinished, test } from 'vitest';
import { convert } from '../convert/convert.js';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import type { PrecisionName } from './precision.js';

const FLOAT16 = 10;

async function graphs(precision: PrecisionName): Promise<Record<'vision' | 'embed' | 'decoder', OnnxModel>> {
  const checkpoint = await openFolder(join(fixtures, 'v2-1b'), { cache: await temporaryFolder() });
  onTestFinished(() => checkpoint.close());
  const model = await convert(checkpoint, { directory: join(await temporaryFolder(), 'model'), precision });
  const read = async (path: string) => decodeModel(Uint8Array.from(await readFile(path)));
  return {
    vision: await read(await model.vision()),
    embed: await read(model.embed!),
    decoder: await read(model.decoder!),
  };
}

/** The products of a graph, and whether they are of float16 activations and weights (or scales of weights). */
function products({ graph }: OnnxModel): Map<string, boolean> {
  const types = new Map(graph.initializers.map(({ name, type }) => [name, type]));
  const narrow = graph.nodes.filter(
    ({ op, attributes: { to } }) => op === 'Cast' && to && 'int' in to && to.int === FLOAT16,
  );
  const halves = new Set(narrow.flatMap(({ outputs }) => outputs));
  const found = graph.nodes.filter(({ op }) => ['MatMul', 'Gemm', 'MatMulNBits'].includes(op));
  return new Map(
    found.map(({ op, name, inputs: [x = '', weight = '', scale = ''] }) => {
      const type = types.get(op === 'MatMulNBits' ? scale : weight);
      expect(type === 'float16', name).toBe(halves.has(x));
      return [name, halves.has(x)];
    }),
  );
}

test.each([
  ['fp16', []],
  ['q4f16', ['patches.embedded', 'logits.flat']],
  ['q8f16', ['patches.embedded', 'logits.flat']],
] as const)('%s multiplies in float16, but for %j', async (precision, wide) => {
  const { vision, embed, decoder } = await graphs(precision);
  const all = [...products(vision), ...products(decoder)];
  expect(all.length).toBeGreaterThan(10);
  expect(all.filter(([, half]) => !half).map(([name]) => name)).toEqual(wide);
  for (const { graph } of [vision, embed, decoder]) {
    for (const { type, name } of [...graph.inputs, ...graph.outputs]) expect(type, name).not.toBe('float16');
  }
});
