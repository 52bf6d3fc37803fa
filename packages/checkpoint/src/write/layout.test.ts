import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostTensor } from '@internvl/backend';
import { encodeModel } from '@internvl/backend/onnx';
import { nodeBackend } from '@internvl/backend-node';
import { expect, test } from 'vitest';
import { GraphBuilder } from '../onnx/graph-builder.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { layOut } from './layout.js';
import type { StoredTensor } from './stored-tensor.js';

const stored = (name: string, elements: number): StoredTensor => ({
  name,
  type: 'float32',
  dims: [elements],
  bytes: 4 * elements,
  chunks: () => {
    throw new Error('laying out reads nothing');
  },
});

test('offsets are whole pages, and one name is stored once', () => {
  const layout = layOut('weights.data', [stored('a', 3), stored('b', 1025), stored('a', 3), stored('c', 1)]);
  expect(layout.entries.map(({ tensor, offset }) => [tensor.name, offset])).toEqual([
    ['a', 0],
    ['b', 4096],
    ['c', 12288],
  ]);
  expect(layout.bytes).toBe(12292);
  expect(layout.locate('b')).toEqual({ location: 'weights.data', offset: 4096, length: 4100 });
});

test('ONNX Runtime finds a weight behind the first 5 GiB of a data file', async () => {
  const folder = join(await temporaryFolder(), 'sparse');
  await mkdir(folder);
  const layout = layOut('weights.data', [stored('ballast', 1.25 * 2 ** 30 + 7), stored('w', 2)]);
  const { offset } = layout.locate('w');
  expect(offset).toBeGreaterThan(5 * 2 ** 30);
  const data = await open(join(folder, 'weights.data'), 'w');
  await data.write(new Uint8Array(Float32Array.of(3, 5).buffer), 0, 8, offset);
  await data.close();

  const graph = new GraphBuilder('sparse');
  graph.input('x', 'float32', [2]);
  graph.add('y', 'Add', ['x', graph.weight(stored('w', 2))]);
  graph.output('y', [2]);
  await writeFile(join(folder, 'graph.onnx'), encodeModel(graph.build(layout.locate)));
  const backend = await nodeBackend({ device: 'cpu', threads: 1 });
  const loaded = await backend.load({ path: join(folder, 'graph.onnx') });
  const { y } = await loaded.run({ x: hostTensor('float32', Float32Array.of(1, 1), [2]) });
  expect(y?.data).toEqual(Float32Array.of(4, 6));
  await loaded.dispose();
});
