import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeModel } from '@internvl/backend/onnx';
import { layOut } from '@internvl/checkpoint';
import type { GraphBuilder } from '../../packages/checkpoint/src/onnx/graph-builder.js';

/** Writes graphs by file name, all their weights in one file beside them: for graphs that the converter does not make. */
export async function writeGraphs(
  folder: string,
  graphs: Readonly<Record<string, GraphBuilder>>,
  dataFile: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const layout = layOut(
    dataFile,
    Object.values(graphs).flatMap(({ tensors }) => tensors),
  );
  const data = await open(join(folder, dataFile), 'w');
  try {
    for (const { tensor, offset } of layout.entries) {
      let at = offset;
      for await (const chunk of tensor.chunks()) {
        await data.write(chunk, 0, chunk.length, at);
        at += chunk.length;
      }
    }
  } finally {
    await data.close();
  }
  for (const [name, graph] of Object.entries(graphs)) {
    await writeFile(join(folder, name), encodeModel(graph.build(layout.locate)));
  }
}
