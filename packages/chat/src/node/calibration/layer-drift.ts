import { readFile } from 'node:fs/promises';
import { type Backend, hostTensor, InternVLError } from '@internvl/backend';
import { decodeModel, type OnnxModel } from '@internvl/backend/onnx';
import { layerGraph } from './linear-layers.js';
import type { Recording } from './recording-backend.js';
import { scratchGraph } from './scratch-graph.js';

/** How far a layer is from float32 by itself, given what it is given in float32. */
export interface Drift {
  /** Length of the error over the length of the product, of all recorded rows. */
  readonly error: number;
  /** Cosine of all recorded rows. */
  readonly cosine: number;
}

/** Runs one layer out of two conversions, of float32 and of another precision, on what was recorded. */
export async function layerDrift(
  { layer, path, rows }: Recording,
  otherPath: string,
  { backend, signal }: { readonly backend: Backend; readonly signal: AbortSignal | undefined },
): Promise<Drift> {
  const input = new Float32Array(rows.length * layer.columns);
  for (const [at, row] of rows.entries()) input.set(row, at * layer.columns);
  const product = async (from: string, prepack: boolean) => {
    const model = layerGraph(await modelAt(from), layer);
    const graph = await scratchGraph(backend, model, from, { signal, prepack });
    try {
      const feeds = { [layer.input]: hostTensor('float32', input, [1, rows.length, layer.columns]) };
      const data = await (await graph.run(feeds, { signal }))[layer.name]?.getData();
      if (data instanceof Float32Array) return data;
      throw new InternVLError(
        'model-unreadable',
        `Expected ${layer.name} in ${from} to give float32 numbers.`,
        {
          path: from,
        },
      );
    } finally {
      await graph.dispose();
    }
  };
  return compare(await product(path, false), await product(otherPath, true));
}

async function modelAt(path: string): Promise<OnnxModel> {
  return decodeModel(Uint8Array.from(await readFile(path)));
}

function compare(exact: Float32Array, found: Float32Array): Drift {
  let [squares, own, errors, products] = [0, 0, 0, 0];
  for (const [at, value] of exact.entries()) {
    const other = found[at]!;
    squares += value * value;
    own += other * other;
    errors += (other - value) ** 2;
    products += value * other;
  }
  if (squares === 0 || own === 0) return { error: errors === 0 ? 0 : 1, cosine: errors === 0 ? 1 : 0 };
  return { error: Math.sqrt(errors / squares), cosine: products / Math.sqrt(squares * own) };
}
