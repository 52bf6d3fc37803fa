import type { ModelConfig } from '../model-config.js';
import { elementCount, resolveRange, rowRange, tensorMissing } from '../safetensors/range.js';
import type {
  TensorInfo,
  TensorRange,
  TensorReadOptions,
  TensorSource,
} from '../safetensors/tensor-source.js';
import { elementBytes, widen } from '../safetensors/widen.js';
import { checkPlan } from './check.js';
import { type KeyLayout, keyLayouts } from './key-layout.js';
import { planTensors } from './plan.js';
import { headKey } from './plan-llm.js';
import type { PlannedTensor } from './planned-tensor.js';

/**
 * The weights of a checkpoint under one set of names, whatever generation wrote it: fused tensors are taken apart, split
 * ones put together, and nothing is read before it is asked for. The names are listed at `planTensors`.
 */
export class CanonicalTensors implements TensorSource {
  /** The description, with `llm.tiedEmbeddings` settled by whether the head is stored. */
  readonly config: ModelConfig;
  readonly #stored: TensorSource;
  readonly #plan: ReadonlyMap<string, PlannedTensor>;

  /**
   * Finds out which key names the file uses, and checks that every tensor that the model needs is there with the shape
   * that the description implies.
   *
   * @throws `tensor-missing`, `tensor-shape` (tensor, expected, found, and the fields of `config.json` it follows from),
   * `dtype-unknown`, `architecture-unsupported` for adapters that are not merged
   */
  constructor(config: ModelConfig, stored: TensorSource) {
    const { tied, plan } = chooseLayout(config, stored);
    checkPlan(plan, stored);
    this.config = tied;
    this.#stored = stored;
    this.#plan = new Map(plan.map((tensor) => [tensor.name, tensor]));
  }

  names(): readonly string[] {
    return [...this.#plan.keys()];
  }

  has(name: string): boolean {
    return this.#plan.has(name);
  }

  /** `dtype` is F32 where the pieces of a tensor are stored in different dtypes. */
  info(name: string): TensorInfo {
    const { shape, pieces } = this.#planned(name);
    const dtypes = new Set(pieces.map(({ stored }) => this.#stored.info(stored.name).dtype));
    const [first = 'F32'] = dtypes;
    const dtype = dtypes.size === 1 ? first : 'F32';
    return { name, dtype, shape, bytes: elementCount(shape) * elementBytes(dtype) };
  }

  async read(name: string, range: TensorRange = {}): Promise<Float32Array<ArrayBuffer>> {
    return widen(this.info(name).dtype, await this.readBytes(name, range));
  }

  async readRows(
    name: string,
    firstRow: number,
    rowCount: number,
    options: TensorReadOptions = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    return this.read(name, { ...rowRange(this.info(name), firstRow, rowCount), signal: options.signal });
  }

  async readBytes(name: string, range: TensorRange = {}): Promise<Uint8Array<ArrayBuffer>> {
    const info = this.info(name);
    const { first, count } = resolveRange(info, range);
    const width = elementBytes(info.dtype);
    const parts: { readonly at: number; readonly bytes: Uint8Array<ArrayBuffer> }[] = [];
    let start = 0;
    for (const piece of this.#planned(name).pieces) {
      const from = Math.max(first, start);
      const to = Math.min(first + count, start + piece.count);
      if (from < to) {
        const wanted = { first: piece.first + from - start, count: to - from, signal: range.signal };
        const stored = piece.stored.name;
        const same = this.#stored.info(stored).dtype === info.dtype;
        const bytes = same
          ? await this.#stored.readBytes(stored, wanted)
          : new Uint8Array((await this.#stored.read(stored, wanted)).buffer);
        parts.push({ at: (from - first) * width, bytes });
      }
      start += piece.count;
    }
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only.bytes;
    const all = new Uint8Array(count * width);
    for (const { at, bytes } of parts) all.set(bytes, at);
    return all;
  }

  #planned(name: string): PlannedTensor {
    const tensor = this.#plan.get(name);
    if (tensor === undefined) throw tensorMissing(name, 'the canonical names of this checkpoint');
    return tensor;
  }
}

/** The key names under which most of the needed tensors are there. */
function chooseLayout(
  config: ModelConfig,
  stored: TensorSource,
): { tied: ModelConfig; plan: PlannedTensor[] } {
  const candidates = keyLayouts(config.layout).map((keys) => {
    const tied = settleHead(config, keys, stored);
    const plan = planTensors(tied, keys);
    const present = plan.filter(({ pieces }) =>
      pieces.every((piece) => stored.has(piece.stored.name)),
    ).length;
    return { tied, plan, present };
  });
  return candidates.reduce((best, candidate) => (candidate.present > best.present ? candidate : best));
}

/** A checkpoint without an output matrix uses the embedding table for it; one with a matrix uses that. */
function settleHead(config: ModelConfig, keys: KeyLayout, stored: TensorSource): ModelConfig {
  const { llm } = config;
  if (llm === undefined) return config;
  return { ...config, llm: { ...llm, tiedEmbeddings: !stored.has(headKey(llm, keys)) } };
}
