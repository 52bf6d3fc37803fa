import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  checkpointFiles,
  publishedFiles,
  qwen2Pattern,
  tiktokenRanks,
  tokenizerJson,
  type Vocabulary,
} from './vocabularies.js';

export interface Contestant {
  encode(text: string): ArrayLike<number> | Promise<ArrayLike<number>>;
  decode(ids: ArrayLike<number>): string | Promise<string>;
}

interface Entry {
  readonly vocabularies: readonly Vocabulary[];
  /** Writes what `load` reads into a folder. */
  prepare(folder: string, vocabulary: Vocabulary): void;
  /** Imports the package, so that a process holds no other, and gives what loads a tokenizer. */
  open(): Promise<Load>;
}

type Load = (folder: string, vocabulary: Vocabulary) => Contestant | Promise<Contestant>;

const both: readonly Vocabulary[] = ['qwen2', 'internlm2'];
const writeJson = (folder: string, vocabulary: Vocabulary): void =>
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson(vocabulary)));
const writeFiles = (folder: string, files: Readonly<Record<string, Uint8Array>>): void => {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
};

/** Ours and its rivals, by the vocabularies they can read. */
export const contestants: Readonly<Record<string, Entry>> = {
  '@internvl/tokenizer': {
    vocabularies: both,
    prepare: (folder, vocabulary) => writeFiles(folder, checkpointFiles(vocabulary)),
    async open() {
      const { loadTokenizer } = await import('@internvl/tokenizer');
      return (folder) => {
        const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const);
        const tokenizer = loadTokenizer(Object.fromEntries(files));
        return {
          encode: (text) => tokenizer.encode(text).ids,
          decode(ids) {
            const stream = tokenizer.decodeStream();
            let text = '';
            for (let at = 0; at < ids.length; at++) text += stream.push(ids[at]!);
            return text + stream.end();
          },
        };
      };
    },
  },
  '@huggingface/tokenizers': {
    vocabularies: both,
    prepare: writeJson,
    async open() {
      const { Tokenizer } = await import('@huggingface/tokenizers');
      return (folder) => {
        const tokenizer = new Tokenizer(JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')), {});
        return {
          encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
          decode: (ids) => tokenizer.decode(Array.from(ids), { clean_up_tokenization_spaces: false }),
        };
      };
    },
  },
  'tokenizers (native)': {
    vocabularies: both,
    prepare: writeJson,
    async open() {
      const { Tokenizer } = await import('tokenizers');
      return (folder) => {
        const tokenizer = Tokenizer.fromFile(join(folder, 'tokenizer.json'));
        return {
          encode: async (text) => (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds(),
          decode: (ids) => tokenizer.decode(Array.from(ids), false),
        };
      };
    },
  },
  'tiktoken (WebAssembly)': {
    vocabularies: ['qwen2'],
    prepare: (folder) => writeFileSync(join(folder, 'ranks'), tiktokenRanks()),
    async open() {
      const { Tiktoken } = await import('tiktoken');
      return (folder) => {
        const tokenizer = new Tiktoken(readFileSync(join(folder, 'ranks'), 'utf8'), {}, qwen2Pattern);
        const decoder = new TextDecoder();
        return {
          encode: (text) => tokenizer.encode_ordinary(text),
          decode: (ids) => decoder.decode(tokenizer.decode(new Uint32Array(ids))),
        };
      };
    },
  },
  'sentencepiece-js (WebAssembly)': {
    vocabularies: ['internlm2'],
    prepare: (folder, vocabulary) => writeFiles(folder, publishedFiles(vocabulary)),
    async open() {
      const { SentencePieceProcessor } = await import('sentencepiece-js');
      return async (folder) => {
        const tokenizer = new SentencePieceProcessor();
        await tokenizer.load(join(folder, 'tokenizer.model'));
        return {
          encode: (text) => tokenizer.encodeIds(text),
          decode: (ids) => tokenizer.decodeIds(Array.from(ids)),
        };
      };
    },
  },
};
