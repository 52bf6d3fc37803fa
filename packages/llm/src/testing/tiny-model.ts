import {
  type Capabilities,
  type DType,
  type Graph,
  hostTensor,
  type Port,
  type Span,
  type Tensor,
  type Tensors,
} from '@internvl/backend';
import type { LanguageModelSpec } from '../language-model-spec.js';
import { argmax } from '../sampling/argmax.js';
import { seededRandom } from '../sampling/seeded-random.js';
import { attend, type Block, multiply, rotate } from './attention.js';
import type { FakeDevice } from './fake-device.js';

/** The sizes of the model that tests run: real attention over a real cache, small enough for every test. */
export const tinySpec: LanguageModelSpec = {
  layers: 2,
  kvHeads: 2,
  headSize: 6,
  hidden: 12,
  vocabulary: 40,
  maxPositions: 64,
  rope: { type: 'default', theta: 10000 },
};

const heads = 4;
/** Keys are padded from 6 to 8, as the writer does it. */
const paddedHeadSize = 8;

/** Two graphs in plain TypeScript that keep the contract of `embed.onnx` and `decoder.onnx`, with what they saw. */
export interface TinyModel {
  readonly capabilities: Capabilities;
  readonly embed: Graph;
  readonly decoder: Graph;
  readonly spec: LanguageModelSpec;
  /** Tokens of each decoder run, in order. */
  readonly runs: number[][];
  /** Outputs that decoder runs were asked for, but for keys and values. */
  readonly fetched: string[];
  /** Called at the start of each decoder run. */
  onRun: (() => void | Promise<void>) | undefined;
  disposed: number;
}

/** A model with weights of a seed. Cached tokens beyond the valid ones are never read. */
export function tinyModel({
  writesInto = false,
  spec = tinySpec,
  scalarTotal = false,
  device,
  choosesGreedily = false,
}: {
  readonly writesInto?: boolean;
  /** Memory for the graphs to have; tensors there are written into. */
  readonly device?: FakeDevice | undefined;
  /** The decoder gives `token_ids` too. */
  readonly choosesGreedily?: boolean;
  readonly spec?: LanguageModelSpec;
  readonly scalarTotal?: boolean;
} = {}): TinyModel {
  const memory = device && {
    allocate: <T extends DType>(type: T, dims: readonly number[]) => device.allocate(type, dims),
    copy: (from: Tensor, to: Tensor, spans: readonly Span[]) => device.copy(from, to, spans),
  };
  const seen = (tensors: Tensors): Tensors =>
    device
      ? Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, device.seen(tensor)]))
      : tensors;
  const { layers, kvHeads, headSize, hidden, vocabulary } = spec;
  const random = seededRandom(1);
  const weights = (rows: number, columns: number) =>
    Float32Array.from({ length: rows * columns }, () => (random() - 0.5) * 2.4);
  const table = weights(vocabulary, hidden);
  const head = weights(hidden, vocabulary);
  const blocks: readonly Block[] = Array.from({ length: layers }, () => ({
    query: weights(hidden, heads * headSize),
    key: weights(hidden, kvHeads * headSize),
    value: weights(hidden, kvHeads * headSize),
    out: weights(heads * headSize, hidden),
  }));
  const sizes = { heads, kvHeads, headSize, paddedHeadSize, hidden };
  const model: TinyModel = {
    capabilities: {
      dtypes: new Set(['float32', 'int64', 'int32']),
      deviceTensors: device !== undefined,
      writesInto,
      tolerance: {},
    },
    spec,
    runs: [],
    fetched: [],
    onRun: undefined,
    disposed: 0,
    embed: {
      inputs: [{ name: 'input_ids', type: 'int64', dims: ['batch', 'sequence'] }],
      outputs: [{ name: 'inputs_embeds', type: 'float32', dims: ['batch', 'sequence', hidden] }],
      async run(feeds, options = {}) {
        const ids = await ints(feeds, 'input_ids');
        const rows = new Float32Array(ids.length * hidden);
        ids.forEach((id, row) => {
          rows.set(table.subarray(id * hidden, (id + 1) * hidden), row * hidden);
        });
        const target = options.into?.inputs_embeds;
        if (!target)
          return { inputs_embeds: hostTensor('float32', rows, [...feeds.input_ids!.dims, hidden]) };
        (await floats(seen({ target }), 'target')).set(rows);
        return { inputs_embeds: target };
      },
      ...memory,
      dispose: async () => {
        model.disposed++;
      },
    },
    decoder: {
      inputs: decoderInputs(spec, scalarTotal),
      outputs: [
        { name: 'logits', type: 'float32', dims: ['batch', 'logits', vocabulary] },
        ...(choosesGreedily
          ? [{ name: 'token_ids', type: 'int64', dims: ['batch', 'logits'] } as const]
          : []),
      ],
      ...memory,
      async run(given, options = {}) {
        const feeds = seen(given);
        await model.onRun?.();
        options.signal?.throwIfAborted();
        const [batch, tokens] = feeds.inputs_embeds!.dims as [number, number];
        model.runs.push(Array.from({ length: batch }, () => tokens));
        const lengths = (await ints(feeds, 'seqlens_k')).map((last) => last + 1 - tokens);
        const [total] = await ints(feeds, 'total_sequence_length');
        if (total !== Math.max(...lengths) + tokens) throw new Error(`total_sequence_length ${total}`);
        let states = (await floats(feeds, 'inputs_embeds')).slice();
        const cos = await floats(feeds, 'rotary_cos');
        const sin = await floats(feeds, 'rotary_sin');
        const turns = await ints(feeds, 'rotary_index');
        const results: Record<string, Tensors[string]> = {};
        for (const [layer, block] of blocks.entries()) {
          const project = (weight: Float32Array) => multiply(states, weight, hidden);
          const key = rotate(project(block.key), { ...sizes, heads: kvHeads }, { cos, sin, turns });
          const value = project(block.value);
          const query = rotate(project(block.query), sizes, { cos, sin, turns });
          const cache = {
            key: feeds[`past.${layer}.key`]!,
            value: feeds[`past.${layer}.value`]!,
          };
          const pastKey = await floats(feeds, `past.${layer}.key`);
          const pastValue = await floats(feeds, `past.${layer}.value`);
          const capacity = cache.key.dims[2]!;
          const made = attend(
            { query, key, value, pastKey, pastValue, capacity, batch, tokens, lengths },
            sizes,
          );
          const mixed = multiply(made.mixed, block.out, heads * headSize);
          states = states.map((state, index) => Math.tanh(state + mixed[index]!));
          for (const kind of ['key', 'value'] as const) {
            const dims = [batch, kvHeads, tokens, paddedHeadSize];
            results[`new.${layer}.${kind}`] = hostTensor('float32', made[kind], dims);
            const target = options.into?.[`present.${layer}.${kind}`];
            if (!target) continue;
            if (!writesInto || target !== given[`past.${layer}.${kind}`]) throw new Error('in place only');
            const into = await floats(seen({ target }), 'target');
            made.place(made[kind], into);
            results[`present.${layer}.${kind}`] = target;
          }
        }
        const positions = await ints(feeds, 'logit_index');
        const places = Array.from({ length: batch }, (_, row) =>
          positions.map((at) => row * tokens + at),
        ).flat();
        const chosen = places.flatMap((at) => Array.from(states.subarray(at * hidden, (at + 1) * hidden)));
        const logits = multiply(Float32Array.from(chosen), head, hidden);
        results.logits = hostTensor('float32', logits, [batch, positions.length, vocabulary]);
        model.fetched.push(...(options.outputs ?? []).filter((name) => !name.includes('.')));
        const best = places.map((_, row) =>
          BigInt(argmax(logits.subarray(row * vocabulary, (row + 1) * vocabulary))),
        );
        results.token_ids = hostTensor('int64', BigInt64Array.from(best), [batch, positions.length]);
        return pick(results, options.outputs);
      },
      dispose: async () => {
        model.disposed++;
      },
    },
  };
  return model;
}

function decoderInputs(
  { layers, kvHeads, hidden }: LanguageModelSpec,
  scalarTotal: boolean,
): readonly Port[] {
  const past: readonly Port[] = Array.from({ length: layers }, (_, layer) =>
    ['key', 'value'].map((kind): Port => {
      return {
        name: `past.${layer}.${kind}`,
        type: 'float32',
        dims: ['batch', kvHeads, 'past', paddedHeadSize],
      };
    }),
  ).flat();
  return [
    { name: 'inputs_embeds', type: 'float32', dims: ['batch', 'sequence', hidden] },
    { name: 'rotary_cos', type: 'float32', dims: ['rotations', paddedHeadSize / 2] },
    { name: 'rotary_sin', type: 'float32', dims: ['rotations', paddedHeadSize / 2] },
    { name: 'rotary_index', type: 'int64', dims: ['batch', 'sequence'] },
    { name: 'seqlens_k', type: 'int32', dims: ['batch'] },
    { name: 'total_sequence_length', type: 'int32', dims: scalarTotal ? [] : [1] },
    { name: 'logit_index', type: 'int64', dims: ['logits'] },
    ...past,
  ];
}

function pick(results: Tensors, names: readonly string[] | undefined): Tensors {
  return Object.fromEntries((names ?? Object.keys(results)).map((name) => [name, results[name]!]));
}

async function ints(feeds: Tensors, name: string): Promise<number[]> {
  return Array.from(await feeds[name]!.getData(), Number);
}

async function floats(feeds: Tensors, name: string): Promise<Float32Array> {
  const data = await feeds[name]!.getData();
  if (data instanceof Float32Array) return data;
  throw new Error(`${name} is not float32`);
}
