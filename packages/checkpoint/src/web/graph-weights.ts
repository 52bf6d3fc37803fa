import { decodeModel, encodeModel, type OnnxModel } from '@internvl/backend/onnx';
import type { LoadedGraph } from './stored-model.js';

/** Gap between two tensors up to which they are read together. */
const GAP = 64 * 2 ** 10;
/** Runs begin at multiples of this, here and there, so that a tensor keeps its alignment. */
const ALIGNMENT = 4096;

/** A run of bytes of the data file. */
interface Run {
  readonly start: number;
  end: number;
}

/** Reads bytes of the data file into `target`. */
export type ReadInto = (target: Uint8Array<ArrayBuffer>, offset: number) => Promise<void>;

/**
 * A graph with the weights that it uses and no others, moved together: three graphs share one data file, and each runtime
 * would hold all of it otherwise.
 *
 * @param data name of the data file
 */
export async function withWeights(
  graph: Uint8Array<ArrayBuffer>,
  data: string,
  readInto: ReadInto,
  change: (model: OnnxModel) => OnnxModel = (model) => model,
): Promise<LoadedGraph> {
  const model = change(decodeModel(graph));
  const runs = runsOf(model);
  const starts = new Map<Run, number>();
  let bytes = 0;
  for (const run of runs) {
    starts.set(run, bytes);
    bytes += Math.ceil((run.end - run.start) / ALIGNMENT) * ALIGNMENT;
  }
  const packed = new Uint8Array(bytes);
  for (const [run, at] of starts) await readInto(packed.subarray(at, at + run.end - run.start), run.start);
  const moved = (offset: number) => {
    const run = runs.find(({ start, end }) => start <= offset && offset <= end)!;
    return starts.get(run)! + offset - run.start;
  };
  const initializers = model.graph.initializers.map((tensor) =>
    'external' in tensor
      ? { ...tensor, external: { ...tensor.external, offset: moved(tensor.external.offset) } }
      : tensor,
  );
  return {
    bytes: encodeModel({ ...model, graph: { ...model.graph, initializers } }),
    externalData: { [data]: packed },
  };
}

/** Runs of the data file that a graph uses, in order, those that nearly touch as one. */
function runsOf({ graph }: OnnxModel): Run[] {
  const used = graph.initializers
    .flatMap((tensor) =>
      'external' in tensor
        ? [{ start: tensor.external.offset, end: tensor.external.offset + tensor.external.length }]
        : [],
    )
    .sort((a, b) => a.start - b.start);
  const runs: Run[] = [];
  for (const { start: first, end } of used) {
    const start = Math.floor(first / ALIGNMENT) * ALIGNMENT;
    const last = runs.at(-1);
    if (last && start - last.end <= GAP) last.end = Math.max(last.end, end);
    else runs.push({ start, end });
  }
  return runs;
}
