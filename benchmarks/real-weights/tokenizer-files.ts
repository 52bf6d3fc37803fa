import { byteSymbol } from '../rivals/gguf/byte-symbols.js';
import type { OpenGguf } from './open-gguf.js';

/** Tokens of InternVL that a language model alone does not have. */
const imageTokens = [
  '<img>',
  '</img>',
  '<IMG_CONTEXT>',
  '<quad>',
  '</quad>',
  '<ref>',
  '</ref>',
  '<box>',
  '</box>',
];

/**
 * Digits stand alone, the rest is cut as GPT-2 cuts it: what `Digits(individual_digits)` before `ByteLevel` does, as one pattern.
 */
const split = "\\p{N}|'(?:[stmd]|re|ve|ll)| ?\\p{L}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?![^\\s\\p{N}])|\\s+";

export interface TokenizerFiles {
  readonly 'tokenizer.json': object;
  readonly 'tokenizer_config.json': object;
}

/** Rebuilt files of a tokenizer, and how many tokens it has. */
export interface RebuiltTokenizer {
  readonly files: TokenizerFiles;
  readonly vocabulary: number;
}

/**
 * The tokenizer of a GGUF file of `gpt2` kind, split as SmolLM2 splits, as Hugging Face publishes one, with InternVL's tokens behind
 * its own. Bytes that the vocabulary lacks (SmolLM2 has never seen some) get tokens too, or text with them could not be encoded.
 */
export function rebuildTokenizer(gguf: OpenGguf): RebuiltTokenizer {
  const [model, pre] = [gguf.text('tokenizer.ggml.model'), gguf.text('tokenizer.ggml.pre')];
  if (model !== 'gpt2' || pre !== 'smollm')
    throw new Error(`expected gpt2 and smollm, found ${model} and ${pre}`);
  const own = gguf.texts('tokenizer.ggml.tokens');
  const kinds = gguf.numbers('tokenizer.ggml.token_type');
  const known = new Set(own);
  const missing = Array.from({ length: 256 }, (_, byte) => byteSymbol(byte)).filter(
    (symbol) => !known.has(symbol),
  );
  const tokens = [...own, ...missing];
  const control = 3;
  const special = [
    ...own.flatMap((content, id) => (kinds[id] === control ? [{ id, content }] : [])),
    ...imageTokens.map((content, at) => ({ id: tokens.length + at, content })),
  ];
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const named = (key: string) => own[gguf.number(`tokenizer.ggml.${key}_token_id`)];
  return {
    vocabulary: tokens.length + imageTokens.length,
    files: {
      'tokenizer.json': {
        version: '1.0',
        truncation: null,
        padding: null,
        added_tokens: special.map((token) => ({ ...token, ...flags })),
        normalizer: null,
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Split', pattern: { Regex: split }, behavior: 'Isolated', invert: false },
            { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
          ],
        },
        post_processor: null,
        decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
        model: {
          type: 'BPE',
          dropout: null,
          unk_token: null,
          continuing_subword_prefix: null,
          end_of_word_suffix: null,
          fuse_unk: false,
          byte_fallback: false,
          ignore_merges: false,
          vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
          merges: gguf.texts('tokenizer.ggml.merges'),
        },
      },
      'tokenizer_config.json': {
        tokenizer_class: 'PreTrainedTokenizerFast',
        added_tokens_decoder: Object.fromEntries(
          special.map(({ id, content }) => [id, { content, ...flags }]),
        ),
        additional_special_tokens: special.map(({ content }) => content),
        bos_token: named('bos'),
        eos_token: named('eos'),
        pad_token: named('padding'),
        unk_token: named('unknown'),
        clean_up_tokenization_spaces: false,
        model_max_length: gguf.number('llama.context_length'),
      },
    },
  };
}
