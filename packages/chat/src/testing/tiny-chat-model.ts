import { type Graph, hostTensor, type Tensors } from '@internvl/backend';
import { LanguageModel } from '@internvl/llm';
import { VisionEncoder } from '@internvl/vision';
import type { ChatModel } from '../chat-model.js';
import { formatCompiler } from '../formats/format-compiler.js';
import type { DecodeFile } from '../images/decode-image.js';
import { labelledParts } from '../prompt/labels.js';
import type { PromptStyle } from '../prompt/prompt-style.js';
import { tinyConfig } from './tiny-config.js';

const HIDDEN = 8;
const VOCABULARY = 128;
const END = 1;
const SLOT = 2;

/** A chat model over graphs in plain TypeScript, and what they were asked. */
export interface TinyChatModel extends ChatModel {
  readonly seen: { tiles: number; prefilled: number[]; steps: number; disposed: number };
}

export interface TinyChatModelOptions {
  readonly decodeFile?: DecodeFile;
  readonly contextTokens?: number;
  /** The answer, letter by letter and then the end token, whatever the question; else each id depends on all before. */
  readonly says?: string;
  /** Called before each decoder run. */
  readonly onRun?: () => void;
}

/**
 * Ids are character codes. The next id depends on every token before it, their order and the visual tokens among them,
 * so that a cache which holds something else gives another answer.
 */
export function tinyChatModel({
  decodeFile,
  contextTokens = 4096,
  says,
  onRun,
}: TinyChatModelOptions = {}): TinyChatModel {
  const seen = { tiles: 0, prefilled: [] as number[], steps: 0, disposed: 0 };
  const dispose = async () => {
    seen.disposed++;
  };
  const vision: Graph = {
    inputs: [{ name: 'pixel_values', type: 'float32', dims: ['tiles', 3, 28, 28] }],
    outputs: [
      { name: 'last_hidden_state', type: 'float32', dims: ['tiles', 5, 2] },
      { name: 'visual_tokens', type: 'float32', dims: ['tiles', 1, HIDDEN] },
    ],
    async run(feeds) {
      seen.tiles++;
      const { data } = feeds.pixel_values!;
      const mean = (data as Float32Array).reduce((sum, value) => sum + value, 0) / data.length;
      return {
        last_hidden_state: hostTensor('float32', new Float32Array(10).fill(mean), [1, 5, 2]),
        visual_tokens: hostTensor('float32', new Float32Array(HIDDEN).fill(mean), [1, 1, HIDDEN]),
      };
    },
    dispose,
  };
  const embed: Graph = {
    inputs: [{ name: 'input_ids', type: 'int64', dims: ['batch', 'sequence'] }],
    outputs: [{ name: 'inputs_embeds', type: 'float32', dims: ['batch', 'sequence', HIDDEN] }],
    async run({ input_ids: ids }) {
      const rows = Array.from(ids!.data, Number).flatMap((id) => [id, ...Array(HIDDEN - 1).fill(0.5)]);
      return { inputs_embeds: hostTensor('float32', Float32Array.from(rows), [...ids!.dims, HIDDEN]) };
    },
    dispose,
  };
  const decoder = tinyDecoder(seen, says, dispose, onRun);
  const language = new LanguageModel({
    capabilities: {
      dtypes: new Set(['float32', 'int64', 'int32']),
      deviceTensors: false,
      writesInto: false,
      tolerance: {},
    },
    embed,
    decoder,
    spec: { ...tinyConfig.llm!, vocabulary: VOCABULARY },
    contextTokens,
  });
  let time = 0;
  return {
    seen,
    config: tinyConfig,
    vision: new VisionEncoder(vision),
    language: { model: language, tokenizer, prompts, formats: formatCompiler(tokenizer) },
    decodeFile,
    backend: 'tiny',
    precision: 'fp32',
    loadMs: 5,
    clock: () => ++time,
  };
}

function tinyDecoder(
  seen: TinyChatModel['seen'],
  says: string | undefined,
  dispose: () => Promise<void>,
  onRun: (() => void) | undefined,
): Graph {
  const cached = { type: 'float32', dims: ['batch', 1, 'past', HIDDEN] } as const;
  const past = [
    { name: 'past.0.key', ...cached },
    { name: 'past.0.value', ...cached },
  ];
  let promptEnd = 0;
  const answer = says === undefined ? undefined : [...says].map((letter) => letter.charCodeAt(0));
  return {
    inputs: [
      { name: 'inputs_embeds', type: 'float32', dims: ['batch', 'sequence', HIDDEN] },
      { name: 'rotary_cos', type: 'float32', dims: ['rotations', HIDDEN / 2] },
      { name: 'rotary_sin', type: 'float32', dims: ['rotations', HIDDEN / 2] },
      { name: 'rotary_index', type: 'int64', dims: ['batch', 'sequence'] },
      { name: 'seqlens_k', type: 'int32', dims: ['batch'] },
      { name: 'total_sequence_length', type: 'int32', dims: [1] },
      { name: 'logit_index', type: 'int64', dims: ['logits'] },
      ...past,
    ],
    outputs: [{ name: 'logits', type: 'float32', dims: ['batch', 'logits', VOCABULARY] }],
    async run(feeds: Tensors, { signal } = {}) {
      onRun?.();
      signal?.throwIfAborted();
      const [batch, tokens] = feeds.inputs_embeds!.dims as [number, number];
      const positions = Array.from(feeds.logit_index!.data, Number);
      // Guesses want logits at every position, chunks at their last alone.
      const steps = tokens === positions.length;
      if (steps) seen.steps++;
      else seen.prefilled.push(tokens);
      const rows = feeds.inputs_embeds!.data as Float32Array;
      const keys = feeds['past.0.key']!;
      const logits = new Float32Array(batch * positions.length * VOCABULARY);
      for (let row = 0; row < batch; row++) {
        const length = Number(feeds.seqlens_k!.data[row]) + 1 - tokens;
        let state = 0;
        const take = (value: number) => {
          state = (state * 31 + Math.round(value * 1000)) % 1_000_003;
        };
        for (let at = 0; at < length; at++) take(Number(keys.data[(row * keys.dims[2]! + at) * HIDDEN]));
        if (!steps) promptEnd = length + tokens;
        for (let at = 0; at < tokens; at++) {
          take(rows[(row * tokens + at) * HIDDEN]!);
          const place = positions.indexOf(at);
          if (place < 0) continue;
          const id = answer ? (answer[length + at + 1 - promptEnd] ?? END) : 97 + (Math.abs(state) % 26);
          logits[(row * positions.length + place) * VOCABULARY + id] = 1;
        }
      }
      const made = hostTensor('float32', rows.slice(), [batch, 1, tokens, HIDDEN]);
      return {
        logits: hostTensor('float32', logits, [batch, positions.length, VOCABULARY]),
        'new.0.key': made,
        'new.0.value': made,
      };
    },
    dispose,
  };
}

const text = (id: number) => (id === END || id === SLOT ? '' : String.fromCharCode(id));

const tokenizer = {
  decode: (ids: Iterable<number>) => Array.from(ids, text).join(''),
  decodeStream: () => ({ push: text, end: () => '' }),
  tokenBytes: (id: number) => (text(id) === '' ? undefined : Uint8Array.of(id)),
  vocabularySize: VOCABULARY,
};

const prompts: PromptStyle = {
  build(turns, { system = '' }) {
    const ids: number[] = [...system].map((letter) => letter.charCodeAt(0));
    const slots: { start: number; count: number; tiles: number }[] = [];
    labelledParts(turns).forEach((parts, index) => {
      ids.push(turns[index]!.role === 'user' ? 62 : 60);
      for (const part of parts) {
        if (part.type === 'text') ids.push(...[...part.text].map((letter) => letter.charCodeAt(0)));
        else if (part.type === 'image') {
          slots.push({ start: ids.length, count: part.tiles, tiles: part.tiles });
          ids.push(...Array<number>(part.tiles).fill(SLOT));
        }
      }
      ids.push(END);
    });
    ids.push(60);
    return { text: ids.map(text).join(''), ids, slots, slotId: SLOT, stopId: END };
  },
  stopIds: [END],
  cuts: ['|'],
  strip: true,
  penaltyIds: () => [],
};
