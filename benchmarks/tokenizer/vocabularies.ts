import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { loadTokenizer } from '@internvl/tokenizer';

/** The published vocabularies among the fixtures. */
export const vocabularies = ['qwen2', 'internlm2'] as const;
export type Vocabulary = (typeof vocabularies)[number];

export const qwen2Pattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

function fixture(name: string): Uint8Array {
  const path = fileURLToPath(new URL(`../../fixtures/tokenizers/${name}.gz`, import.meta.url));
  return new Uint8Array(gunzipSync(readFileSync(path)));
}

/** The file that a vocabulary is published in. */
export function publishedFiles(vocabulary: Vocabulary): Record<string, Uint8Array> {
  const file = vocabulary === 'qwen2' ? 'merges.txt' : 'tokenizer.model';
  return { [file]: fixture(`${vocabulary}/${file}`) };
}

/** The files of a checkpoint: Qwen2's has its ids in a file of their own. */
export function checkpointFiles(vocabulary: Vocabulary): Record<string, Uint8Array> {
  if (vocabulary !== 'qwen2') return publishedFiles(vocabulary);
  const ids = Object.fromEntries(spellings(vocabulary).map((token, id) => [token, id]));
  return { ...publishedFiles(vocabulary), 'vocab.json': new TextEncoder().encode(JSON.stringify(ids)) };
}

/** Spellings by id. */
function spellings(vocabulary: Vocabulary): string[] {
  const tokenizer = loadTokenizer(publishedFiles(vocabulary));
  return Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.token(id) ?? '');
}

/** `tokenizer.json` of the Rust library for a vocabulary. */
export function tokenizerJson(vocabulary: Vocabulary): object {
  return vocabulary === 'qwen2' ? byteLevelJson() : piecesJson();
}

function byteLevelJson(): object {
  const lines = new TextDecoder().decode(publishedFiles('qwen2')['merges.txt']).split('\n');
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  return {
    version: '1.0',
    added_tokens: [],
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: qwen2Pattern }, behavior: 'Isolated', invert: false },
        byteLevel,
      ],
    },
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      ...bpe,
      byte_fallback: false,
      vocab: Object.fromEntries(spellings('qwen2').map((token, id) => [token, id])),
      merges: lines.filter((line) => line !== '' && !line.startsWith('#version')),
    },
  };
}

const bpe = {
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  ignore_merges: false,
};

/** InternLM2 as Hugging Face converts it: every cut of a piece into two pieces is a merge, in the order of scores, which is that of ids. */
function piecesJson(): object {
  const pieces = spellings('internlm2');
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const merges = pieces.flatMap((piece) => {
    const characters = [...piece];
    const cuts = characters.slice(1).map((_, index) => {
      const left = characters.slice(0, index + 1).join('');
      return [left, piece.slice(left.length)] as const;
    });
    return cuts
      .filter(([left, right]) => ids.has(left) && ids.has(right))
      .sort((a, b) => ids.get(a[0])! - ids.get(b[0])! || ids.get(a[1])! - ids.get(b[1])!);
  });
  return {
    version: '1.0',
    added_tokens: [],
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
    model: {
      ...bpe,
      byte_fallback: true,
      unk_token: '<unk>',
      fuse_unk: true,
      vocab: Object.fromEntries(ids),
      merges,
    },
  };
}

/** Ranks as the `tiktoken` package takes them: `!`, the first rank, and tokens in base 64. */
export function tiktokenRanks(): string {
  const characters = new Map<string, number>();
  const visible = (byte: number) =>
    (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad && byte <= 0xff);
  for (let byte = 0, next = 0x100; byte < 0x100; byte++)
    characters.set(String.fromCharCode(visible(byte) ? byte : next++), byte);
  const tokens = spellings('qwen2').map((token) =>
    Buffer.from([...token].map((character) => characters.get(character)!)).toString('base64'),
  );
  return ['!', '0', ...tokens].join(' ');
}
