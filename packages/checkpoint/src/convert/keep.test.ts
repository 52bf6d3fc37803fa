import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeModel } from '@internvl/backend/onnx';
import { expect, onTestFinished, test } from 'vitest';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { convertCached } from './convert.js';

async function conversions() {
  const cacheDirectory = await temporaryFolder();
  const checkpoint = await openFolder(join(fixtures, 'v2-1b'), { cache: cacheDirectory });
  onTestFinished(() => checkpoint.close());
  return (options: Omit<Parameters<typeof convertCached>[1], 'cacheDirectory'>) =>
    convertCached(checkpoint, { cacheDirectory, ...options });
}

async function operatorOf(path: string | undefined, node: string): Promise<string | undefined> {
  const { graph } = decodeModel(await readFile(path!));
  const found = graph.nodes.find(({ name }) => name === node);
  const bits = found?.attributes.bits;
  return bits && 'int' in bits ? `${found.op} ${bits.int}` : found?.op;
}

const down = 'layers.1.mlp.down_proj';

test('named layers are one step higher, and it is another conversion', async () => {
  const convert = await conversions();
  const keep = { llm: [down, 'layers.0.self_attn.o_proj'], vision: ['layers.0.mlp.fc2'] };
  const plain = await convert({ precision: 'q4' });
  const kept = await convert({ precision: 'q4', keep });
  expect(await operatorOf(plain.decoder, down)).toBe('MatMulNBits 4');
  expect(await operatorOf(kept.decoder, down)).toBe('MatMulNBits 8');
  expect(await operatorOf(kept.decoder, 'layers.0.mlp.down_proj')).toBe('MatMulNBits 4');
  expect(await operatorOf(await kept.vision(), 'layers.0.mlp.fc2')).toBe('MatMul');
  expect(kept.directory).not.toBe(plain.directory);
  expect(kept.manifest.keep).toEqual({ vision: keep.vision, llm: keep.llm.toSorted() });

  const reversed = { ...keep, llm: keep.llm.toReversed() };
  expect((await convert({ precision: 'q4', keep: reversed })).directory).toBe(kept.directory);
  expect((await convert({ precision: 'q4', keep: {} })).directory).toBe(plain.directory);
  const exact = await convert({ precision: 'int8', keep: { llm: [down] } });
  expect(await operatorOf(exact.decoder, down)).toBe('MatMul');
});

test('a layer that the model has not is refused', async () => {
  const convert = await conversions();
  await expect(convert({ precision: 'q4', keep: { llm: ['layers.9.mlp.down_proj'] } })).rejects.toMatchObject(
    {
      code: 'invalid-option',
      facts: { option: 'keep', value: 'layers.9.mlp.down_proj' },
    },
  );
});
