/**
 * Speed of precisions side by side, interleaved in one process: `speed.ts PRESET=FOLDER… [--rounds N] [--threads N]`, each folder a
 * conversion of the same checkpoint. Prints the best and the median of each, Ms, and how many times the first preset's best it is.
 * Ms are of processor time, which a busy machine disturbs less; with more than one thread waiting counts too.
 */
import { parseArgs } from 'node:util';
import { type Graph, hostTensor, type Tensors } from '@internvl/backend';
import { nodeBackend } from '@internvl/backend-node';
import { isQuantised } from '@internvl/checkpoint';
import { type ConvertedModel, openConverted } from '@internvl/checkpoint/node';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '9' }, threads: { type: 'string', default: '1' } },
});
const rounds = Number(values.rounds);
const backend = await nodeBackend({ device: 'cpu', threads: Number(values.threads) });

interface Stage {
  readonly name: string;
  readonly rounds: number;
  prepare(
    model: ConvertedModel,
  ): Promise<{ readonly graph: Graph; readonly feeds: Tensors; readonly outputs: string[] }>;
}

const stages: readonly Stage[] = [
  { name: 'decode at 256', rounds, prepare: (model) => decoder(model, 1, 256) },
  { name: 'prompt of 257', rounds: Math.ceil(rounds / 3), prepare: (model) => decoder(model, 257, 0) },
  { name: 'vision tile', rounds: Math.ceil(rounds / 4), prepare: vision },
];

for (const stage of stages) {
  const entries: {
    preset: string;
    times: number[];
    loadMs: number;
    run(): Promise<unknown>;
    graph: Graph;
  }[] = [];
  for (const positional of positionals) {
    const [preset = '', folder = ''] = positional.split('=');
    const start = performance.now();
    const { graph, feeds, outputs } = await stage.prepare(await openConverted(folder));
    const loadMs = performance.now() - start;
    entries.push({ preset, times: [], loadMs, graph, run: () => graph.run(feeds, { outputs }) });
  }
  for (const { run } of entries) await run();
  for (let round = 0; round < stage.rounds; round++) {
    for (const { run, times } of entries) {
      const start = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(start);
      times.push((user + system) / 1000);
    }
  }
  const best = (times: readonly number[]) => Math.min(...times);
  for (const { preset, times, loadMs, graph } of entries) {
    const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
    const ratio = best(entries[0]!.times) / best(times);
    console.log(
      [
        stage.name,
        preset,
        best(times).toFixed(1),
        median.toFixed(1),
        ratio.toFixed(2),
        loadMs.toFixed(0),
      ].join(' | '),
    );
    await graph.dispose();
  }
}

async function decoder(model: ConvertedModel, tokens: number, past: number) {
  const { llm } = model.config;
  if (!llm || !model.decoder) throw new Error(`${model.directory} has no language model`);
  const graph = await backend.load(
    { path: model.decoder },
    { prepack: isQuantised(model.manifest.precision.llm) },
  );
  const size = model.manifest.kvHeadSize ?? llm.headSize;
  const positions = Array.from({ length: tokens }, (_, at) => past + at);
  const angles = positions.flatMap((position) =>
    Array.from({ length: size / 2 }, (_, at) => position * 1e6 ** ((-2 * at) / size)),
  );
  const noise = (length: number) => Float32Array.from({ length }, (_, at) => 0.5 * Math.sin(at * 1.7));
  const ports = Array.from({ length: llm.layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();
  const dims = [1, llm.kvHeads, past, size];
  const cache = hostTensor('float32', noise(llm.kvHeads * past * size), dims);
  const feeds: Tensors = {
    ...Object.fromEntries(ports.map((port) => [`past.${port}`, cache])),
    inputs_embeds: hostTensor('float32', noise(tokens * llm.hidden), [1, tokens, llm.hidden]),
    rotary_cos: hostTensor('float32', Float32Array.from(angles, Math.cos), [tokens, size / 2]),
    rotary_sin: hostTensor('float32', Float32Array.from(angles, Math.sin), [tokens, size / 2]),
    rotary_index: hostTensor(
      'int64',
      BigInt64Array.from(positions, (_, at) => BigInt(at)),
      [1, tokens],
    ),
    seqlens_k: hostTensor('int32', Int32Array.of(past + tokens - 1), [1]),
    total_sequence_length: hostTensor('int32', Int32Array.of(past + tokens), [1]),
    logit_index: hostTensor('int64', BigInt64Array.of(BigInt(tokens - 1)), [1]),
  };
  return { graph, feeds, outputs: ['token_ids', ...ports.map((port) => `new.${port}`)] };
}

async function vision(model: ConvertedModel) {
  const { config, manifest } = model;
  const graph = await backend.load(
    { path: await model.vision() },
    { prepack: isQuantised(manifest.precision.vision) },
  );
  const side = config.tileSize;
  const pixels = Float32Array.from({ length: 3 * side * side }, (_, at) => Math.sin(at * 0.37));
  return {
    graph,
    feeds: { pixel_values: hostTensor('float32', pixels, [1, 3, side, side]) },
    outputs: [config.llm ? 'visual_tokens' : 'last_hidden_state'],
  };
}
