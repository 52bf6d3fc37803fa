import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formats } from './formats.js';
import type { LoadOptions, TokenizerFiles } from './load-options.js';
import { loadTokenizer } from './load-tokenizer.js';
import type { Tokenizer } from './tokenizer-spec.js';

/*
 * Vectors that other implementations made on real vocabularies: Google's SentencePiece, the Rust tokenizers, llama.cpp's
 * and transformers.js' tests. They lie beside the repository; the small vocabularies of the fixtures are in goldens.test.ts.
 */

const repository = new URL('../../../', import.meta.url);
const shared = `${process.env.INTERNVL_SHARED ?? fileURLToPath(new URL('../shared', repository))}/tokenizers/`;

interface VectorFile {
  readonly added_tokens?: readonly (
    | readonly [number, string]
    | { id: number; content: string; special: boolean }
  )[];
  readonly vectors: readonly Vector[];
}

interface Vector {
  readonly id: string;
  readonly text: string;
  readonly ids: readonly number[];
}

interface Set {
  readonly vocabulary: string;
  readonly files: readonly string[];
  readonly options?: LoadOptions;
}

const pieces = (vocabulary: string): Set => ({ vocabulary, files: ['tokenizer.model'] });
const qwen2: Set = { vocabulary: 'qwen2', files: ['merges.txt'], options: { semantics: 'fast' } };
const llama3: Set = {
  vocabulary: 'llama3',
  files: ['tokenizer.model'],
  options: { semantics: 'fast', formats },
};
const phi3: Set = { vocabulary: 'phi3-v', files: ['tokenizer.json'], options: { semantics: 'fast' } };

const encoding: Readonly<Record<string, Set>> = {
  'sentencepiece-internlm2': pieces('internlm2'),
  'sentencepiece-internlm2-prompts': pieces('internlm2'),
  'sentencepiece-llama2': pieces('llama2'),
  'sentencepiece-internvl-c': pieces('internvl-c'),
  'llamacpp-llama2': pieces('llama2'),
  'transformersjs-llama': pieces('llama2'),
  'hf-rust-qwen2.5-internvl': qwen2,
  'public-internvl-qwen2.5': qwen2,
  'public-internlm2': pieces('internlm2'),
  'llamacpp-qwen2': qwen2,
  'transformersjs-qwen1.5': qwen2,
  'hf-rust-llama3': llama3,
  'llamacpp-llama3': llama3,
  'transformersjs-llama3': llama3,
  'transformersjs-llama3-bos': llama3,
  'hf-rust-phi3-v': phi3,
};

const decoding: Readonly<Record<string, Set>> = {
  'sentencepiece-internlm2-decode': pieces('internlm2'),
  'sentencepiece-llama2-decode': pieces('llama2'),
  'sentencepiece-internvl-c-decode': pieces('internvl-c'),
  'hf-rust-qwen2.5-internvl-decode': qwen2,
  'hf-rust-phi3-v-decode': phi3,
  'hf-rust-llama3-decode': llama3,
};

function read(name: string): VectorFile {
  return JSON.parse(readFileSync(`${shared}vectors/${name}.json`, 'utf8'));
}

function load({ vocabulary, files, options = {} }: Set, added: VectorFile['added_tokens'] = []): Tokenizer {
  const bytes: TokenizerFiles = Object.fromEntries(
    files.map((file) => [file, new Uint8Array(readFileSync(`${shared}${vocabulary}/${file}`))]),
  );
  const table = added.map((token) =>
    'id' in token ? token : { id: token[0], content: token[1], special: true },
  );
  // A tokenizer.json brings its own added tokens.
  if (table.length === 0 || files.includes('tokenizer.json')) return loadTokenizer(bytes, options);
  const entries = table.map(({ id, content, special }) => [
    String(id),
    { content, special, lstrip: false, rstrip: false, single_word: false, normalized: false },
  ]);
  return loadTokenizer(bytes, { ...options, config: { added_tokens_decoder: Object.fromEntries(entries) } });
}

describe.runIf(existsSync(shared))('recorded vectors', () => {
  describe.each(Object.entries(encoding))('%s', (name, set) => {
    it('gives the recorded ids', () => {
      const { vectors, added_tokens: added } = read(name);
      const tokenizer = load(set, added);
      // Some sets begin with a BOS that the text does not spell.
      const begun = ({ text, ids }: Vector): boolean =>
        ids[0] === tokenizer.bosId && !text.startsWith(tokenizer.token(tokenizer.bosId ?? -1) ?? '');
      const got = (vector: Vector) => tokenizer.encode(vector.text, { bos: begun(vector), eos: false }).ids;
      const wrong = vectors.filter((vector) => got(vector).join() !== vector.ids.join());
      expect(wrong.map((vector) => ({ ...vector, got: got(vector) }))).toEqual([]);
    });

    it('puts every token at a place of the text', () => {
      const { vectors, added_tokens: added } = read(name);
      const tokenizer = load(set, added);
      for (const { text } of vectors.slice(0, 100)) {
        const { ids, offsets } = tokenizer.encode(text, { bos: false });
        expect(offsets.length).toBe(ids.length);
        let last = 0;
        for (const [start, end] of offsets) {
          expect(start).toBeLessThanOrEqual(end);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(end).toBeGreaterThanOrEqual(last);
          last = end;
        }
      }
    });
  });

  describe.each(Object.entries(decoding))('%s', (name, set) => {
    it('gives the recorded text, at once and streamed', () => {
      const { vectors, added_tokens: added } = read(name);
      const tokenizer = load(set, added);
      for (const { id, ids, text } of vectors) {
        const stream = tokenizer.decodeStream();
        const streamed = ids.map((each) => stream.push(each)).join('') + stream.end();
        expect(tokenizer.decode(ids), id).toBe(text);
        expect(streamed, id).toBe(text);
      }
    });
  });
});
