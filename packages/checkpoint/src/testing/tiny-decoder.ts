import { type Backend, type Graph, hostTensor, type Tensor, type Tensors } from '@internvl/backend';
import type { ConvertedModel } from '../convert/converted-model.js';
import type { LlmConfig } from '../model-config.js';
import { rotations } from './rotations.js';
import { withOutputs } from './with-outputs.js';

/** Rows that the cache has room for beyond what is in it, so that the tests see capacity and content differ. */
const SPARE = 5;

/** What stands in those rows: a number that would show in the results if they counted. */
const UNUSED = 1000;

/** One conversation's cache: `[1, kvHeads, capacity, size]` per port, of which `length` rows count. */
export interface TinyCache {
  length: number;
  readonly past: Map<string, Float32Array>;
  capacity: number;
}

/** The embedding and decoder graphs driven by hand, by docs/graphs.md and nothing else. */
export class TinyDecoder {
  readonly #embed: Graph;
  readonly #decoder: Graph;
  readonly #llm: LlmConfig;
  readonly #size: number;

  readonly #traced: readonly string[];
  /** Values of the last run that were asked for, by name. */
  readonly traces = new Map<string, Float32Array>();

  private constructor(embed: Graph, decoder: Graph, llm: LlmConfig, size: number, traced: readonly string[]) {
    this.#embed = embed;
    this.#decoder = decoder;
    this.#llm = llm;
    this.#size = size;
    this.#traced = traced;
  }

  /** @param traced values inside the decoder that become outputs: `layers.0.output` */
  static async load(
    model: ConvertedModel,
    backend: Backend,
    traced: readonly string[] = [],
  ): Promise<TinyDecoder> {
    const { llm } = model.config;
    if (!llm || !model.embed || !model.decoder) throw new Error('no language model');
    const size = model.manifest.kvHeadSize ?? llm.headSize;
    return new TinyDecoder(
      await backend.load({ path: model.embed }),
      await backend.load({ path: await withOutputs(model.decoder, traced) }),
      llm,
      size,
      traced,
    );
  }

  cache(): TinyCache {
    return { length: 0, capacity: 0, past: new Map() };
  }

  /** Embeddings of ids, `[ids, hidden]`, with visual tokens over those that are `slot`. */
  async embed(
    ids: readonly number[],
    slot = -1,
    visual: Float32Array = new Float32Array(),
  ): Promise<Float32Array> {
    const input = hostTensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
    const { inputs_embeds } = await this.#embed.run({ input_ids: input });
    const rows = Float32Array.from(await floats(inputs_embeds));
    let at = 0;
    for (const [index, id] of ids.entries()) {
      if (id !== slot) continue;
      rows.set(visual.subarray(at, at + this.#llm.hidden), index * this.#llm.hidden);
      at += this.#llm.hidden;
    }
    if (at !== visual.length) throw new Error(`${visual.length - at} numbers of visual tokens left over`);
    return rows;
  }

  /** Runs embeddings of one conversation, whose prompt is `prompt` tokens in all; logits of its last token. */
  async prefill(cache: TinyCache, embeds: Float32Array, prompt: number): Promise<Float32Array> {
    const count = embeds.length / this.#llm.hidden;
    const [logits] = await this.#run([cache], embeds, count, prompt);
    return logits!;
  }

  /** One token for each of several conversations at once; logits of each. */
  async step(caches: readonly TinyCache[], ids: readonly number[]): Promise<Float32Array[]> {
    const longest = Math.max(...caches.map(({ length }) => length + 1));
    return this.#run(caches, await this.embed(ids), 1, longest);
  }

  async #run(
    caches: readonly TinyCache[],
    embeds: Float32Array,
    count: number,
    conversation: number,
  ): Promise<Float32Array[]> {
    const { hidden, kvHeads, layers, vocabulary } = this.#llm;
    const size = this.#size;
    const batch = caches.length;
    const totals = caches.map(({ length }) => length + count);
    const total = Math.max(...totals);
    const capacity = Math.max(...caches.map((cache) => cache.length)) + SPARE;
    const positions = caches.flatMap(({ length }) => Array.from({ length: count }, (_, at) => length + at));
    const { cos, sin } = rotations(this.#llm, positions, conversation, size / 2);
    const feeds: Record<string, Tensor> = {
      inputs_embeds: hostTensor('float32', embeds, [batch, count, hidden]),
      rotary_cos: hostTensor('float32', cos, [positions.length, size / 2]),
      rotary_sin: hostTensor('float32', sin, [positions.length, size / 2]),
      rotary_index: hostTensor(
        'int64',
        BigInt64Array.from(positions, (_, at) => BigInt(at)),
        [batch, count],
      ),
      seqlens_k: hostTensor(
        'int32',
        Int32Array.from(totals, (value) => value - 1),
        [batch],
      ),
      total_sequence_length: hostTensor('int32', Int32Array.of(total), [1]),
      logit_index: hostTensor('int64', BigInt64Array.of(BigInt(count - 1)), [1]),
    };
    const ports = Array.from({ length: layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();
    for (const port of ports) {
      const past = new Float32Array(batch * kvHeads * capacity * size).fill(UNUSED);
      for (const [row, cache] of caches.entries()) copyHeads(cache.past.get(port), cache, past, row);
      feeds[`past.${port}`] = hostTensor('float32', past, [batch, kvHeads, capacity, size]);
    }
    function copyHeads(from: Float32Array | undefined, cache: TinyCache, to: Float32Array, row: number) {
      if (!from) return;
      for (let head = 0; head < kvHeads; head++) {
        const start = head * cache.capacity * size;
        to.set(from.subarray(start, start + cache.length * size), (row * kvHeads + head) * capacity * size);
      }
    }

    const outputs = await this.#decoder.run(feeds, {
      outputs: ['logits', 'token_ids', ...ports.map((port) => `new.${port}`), ...this.#traced],
    });
    for (const name of this.#traced) this.traces.set(name, await floats(outputs[name]));
    for (const [row, cache] of caches.entries()) {
      for (const port of ports) {
        const grown = new Float32Array(kvHeads * totals[row]! * size);
        const old = cache.past.get(port);
        const added = await floats(outputs[`new.${port}`]);
        for (let head = 0; head < kvHeads; head++) {
          const to = head * totals[row]! * size;
          if (old) {
            const from = head * cache.capacity * size;
            grown.set(old.subarray(from, from + cache.length * size), to);
          }
          const from = (row * kvHeads + head) * count * size;
          grown.set(added.subarray(from, from + count * size), to + cache.length * size);
        }
        cache.past.set(port, grown);
      }
      cache.length = totals[row]!;
      cache.capacity = cache.length;
    }
    const logits = await floats(outputs.logits);
    const rows = caches.map((_, row) => logits.slice(row * vocabulary, (row + 1) * vocabulary));
    const ids = Array.from((await outputs.token_ids?.getData()) ?? [], Number);
    if (`${ids}` !== `${rows.map(argmax)}`) throw new Error(`token_ids are ${ids}, not ${rows.map(argmax)}`);
    return rows;
  }

  async dispose(): Promise<void> {
    await this.#embed.dispose();
    await this.#decoder.dispose();
  }
}

/** Place of the largest number, the first of equal ones. */
export function argmax(values: Float32Array): number {
  return values.reduce((best, value, at) => (value > values[best]! ? at : best), 0);
}

/** The numbers of a float32 output. */
export async function floats(tensor: Tensors[string] | undefined): Promise<Float32Array<ArrayBuffer>> {
  const data = await tensor?.getData();
  if (!(data instanceof Float32Array)) throw new Error('not a float32 tensor');
  return Float32Array.from(data);
}
