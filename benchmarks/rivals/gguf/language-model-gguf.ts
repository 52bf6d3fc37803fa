import type { Checkpoint, LlmConfig, LlmFamily, TensorSource } from '@internvl/checkpoint';
import { tensorMatrix } from '../../../packages/checkpoint/src/write/matrix.js';
import { bytesOf, type GgufType } from './block-types.js';
import { byteSymbol } from './byte-symbols.js';
import { quantise } from './quantise.js';
import { type GgufEntry, type GgufTensor, writeGguf } from './write-gguf.js';

/** How the language model of a checkpoint becomes a GGUF file. */
export interface LanguageGgufOptions {
  /** Of matrices; norms and biases are F32 always. */
  readonly type: 'F16' | 'Q4_0' | 'Q8_0';
  /** Of the head, or of a table that is the head too; `type` when left out. llama.cpp's own Q4_0 files have Q8_0 here. */
  readonly head?: 'F16' | 'Q4_0' | 'Q8_0' | undefined;
  /** Metadata under `tokenizer.`; when left out, a vocabulary of bytes and stand-ins: enough to measure speed by. */
  readonly tokenizer?: Readonly<Record<string, GgufEntry>> | undefined;
}

/** llama.cpp's names for the families it runs as they are, and whether it pairs neighbours where the checkpoint pairs halves. */
const architectures: Partial<
  Record<LlmFamily, { readonly name: string; readonly pairsNeighbours: boolean }>
> = {
  internlm2: { name: 'llama', pairsNeighbours: true },
  llama: { name: 'llama', pairsNeighbours: true },
  qwen2: { name: 'qwen2', pairsNeighbours: false },
  qwen3: { name: 'qwen3', pairsNeighbours: false },
};

const model = 'language_model.model.';

/**
 * Writes the language model of a checkpoint as llama.cpp reads it: text alone, without the vision tower. Source: `gguf-py` and
 * `convert_hf_to_gguf.py` of llama.cpp.
 *
 * @throws when the family, its rotary settings or experts are not among those written here
 */
export async function writeLanguageGguf(
  { config, weights }: Pick<Checkpoint, 'config' | 'weights'>,
  path: string,
  options: LanguageGgufOptions,
): Promise<void> {
  const { llm } = config;
  const architecture = llm && architectures[llm.family];
  if (!llm || !architecture || llm.rope.type !== 'default') {
    throw new Error(
      `no GGUF is written for ${llm ? `${llm.family} with ${llm.rope.type} rope` : 'a vision tower alone'}`,
    );
  }
  const of = (key: string) => `${architecture.name}.${key}`;
  const metadata: Record<string, GgufEntry> = {
    'general.architecture': { text: architecture.name },
    'general.name': { text: 'benchmark' },
    [of('block_count')]: { uint32: llm.layers },
    [of('context_length')]: { uint32: llm.maxPositions },
    [of('embedding_length')]: { uint32: llm.hidden },
    [of('feed_forward_length')]: { uint32: llm.mlpWidth },
    [of('attention.head_count')]: { uint32: llm.heads },
    [of('attention.head_count_kv')]: { uint32: llm.kvHeads },
    [of('attention.key_length')]: { uint32: llm.headSize },
    [of('attention.value_length')]: { uint32: llm.headSize },
    [of('attention.layer_norm_rms_epsilon')]: { float32: llm.eps },
    [of('rope.freq_base')]: { float32: llm.rope.theta },
    [of('rope.dimension_count')]: { uint32: llm.headSize },
    [of('vocab_size')]: { uint32: llm.vocabulary },
    ...(options.tokenizer ?? standInVocabulary(llm.vocabulary)),
  };
  await writeGguf(path, metadata, [...tensorsOf(llm, weights, options, architecture.pairsNeighbours)]);
}

function* tensorsOf(
  llm: LlmConfig,
  weights: TensorSource,
  { type, head = type }: LanguageGgufOptions,
  pairsNeighbours: boolean,
): Generator<GgufTensor> {
  const matrix = (name: string, key: string, own: Exclude<GgufType, 'Q4_1'> = type) =>
    tensor(name, key, weights, own);
  const vector = (name: string, key: string) => tensor(name, key, weights, 'F32');
  const rotated = pairsNeighbours ? llm.headSize : undefined;
  yield matrix('token_embd.weight', `${model}embed_tokens.weight`, llm.tiedEmbeddings ? head : type);
  for (let layer = 0; layer < llm.layers; layer++) {
    const [to, from] = [`blk.${layer}.`, `${model}layers.${layer}.`];
    yield vector(`${to}attn_norm.weight`, `${from}input_layernorm.weight`);
    for (const part of ['q', 'k', 'v'] as const) {
      const turned = part === 'v' ? undefined : rotated;
      const key = `${from}self_attn.${part}_proj.`;
      yield tensor(`${to}attn_${part}.weight`, `${key}weight`, weights, type, turned);
      if (llm.qkvBias) yield tensor(`${to}attn_${part}.bias`, `${key}bias`, weights, 'F32', turned);
    }
    if (llm.qkNorm) {
      yield vector(`${to}attn_q_norm.weight`, `${from}self_attn.q_norm.weight`);
      yield vector(`${to}attn_k_norm.weight`, `${from}self_attn.k_norm.weight`);
    }
    yield matrix(`${to}attn_output.weight`, `${from}self_attn.o_proj.weight`);
    yield vector(`${to}ffn_norm.weight`, `${from}post_attention_layernorm.weight`);
    yield matrix(`${to}ffn_gate.weight`, `${from}mlp.gate_proj.weight`);
    yield matrix(`${to}ffn_up.weight`, `${from}mlp.up_proj.weight`);
    yield matrix(`${to}ffn_down.weight`, `${from}mlp.down_proj.weight`);
  }
  yield vector('output_norm.weight', `${model}norm.weight`);
  if (!llm.tiedEmbeddings) yield matrix('output.weight', 'language_model.lm_head.weight', head);
}

/** Weights read, rounded and written at a time: 16 MiB of float32. */
const chunkElements = 4 << 20;

function tensor(
  name: string,
  key: string,
  weights: TensorSource,
  type: Exclude<GgufType, 'Q4_1'>,
  headSize?: number,
): GgufTensor {
  const { shape } = weights.info(key);
  const { rows, columns, read } = tensorMatrix(weights, key);
  const headRows = headSize ?? 1;
  const chunkRows = Math.max(1, Math.floor(chunkElements / columns / headRows)) * headRows;
  bytesOf(type, rows * columns);
  return {
    name,
    shape,
    type,
    async *chunks() {
      for (let row = 0; row < rows; row += chunkRows) {
        const block = await read(row, Math.min(chunkRows, rows - row));
        yield quantise(type, headSize === undefined ? block : neighbouring(block, headSize, columns));
      }
    },
  };
}

/**
 * Rows of whole heads, reordered so that the two that rotate together are neighbours: checkpoints pair row `i` with row `i + headSize / 2`,
 * llama.cpp's `llama` pairs `2i` with `2i + 1`.
 */
function neighbouring(
  rows: Float32Array<ArrayBuffer>,
  headSize: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const result = rows.slice();
  for (let row = 0; row < rows.length / columns; row++) {
    const from = headRow(row, headSize, (at) => (at >> 1) + (at & 1) * (headSize / 2));
    result.set(rows.subarray(from * columns, (from + 1) * columns), row * columns);
  }
  return result;
}

/** Which row of llama.cpp's order is row `row` of the checkpoint's. */
export function neighbouringRow(row: number, headSize: number): number {
  const half = headSize / 2;
  return headRow(row, headSize, (at) => (at < half ? 2 * at : 2 * (at - half) + 1));
}

function headRow(row: number, headSize: number, within: (at: number) => number): number {
  const at = row % headSize;
  return row - at + within(at);
}

/** 256 bytes, and names that never occur in text. */
function standInVocabulary(size: number): Record<string, GgufEntry> {
  const bytes = Array.from({ length: 256 }, (_, byte) => byteSymbol(byte));
  const rest = Array.from({ length: size - 258 }, (_, at) => `<|stand-in ${at}|>`);
  return {
    'tokenizer.ggml.model': { text: 'gpt2' },
    'tokenizer.ggml.pre': { text: 'qwen2' },
    'tokenizer.ggml.tokens': { texts: [...bytes, 'ab', '<|end|>', ...rest] },
    'tokenizer.ggml.token_type': {
      int32s: [...Array<number>(257).fill(1), ...Array<number>(size - 257).fill(3)],
    },
    'tokenizer.ggml.merges': { texts: ['a b'] },
    'tokenizer.ggml.eos_token_id': { uint32: 257 },
    'tokenizer.ggml.add_bos_token': { bool: false },
  };
}
