import { plainToken } from '../load/added-token.js';
import { byteSource } from '../load/byte-source.js';
import type { ReadContext } from '../load/context.js';
import type { Source } from '../load/source.js';
import { pairMerges } from '../model/pair-merges.js';
import type { AddedToken } from '../tokenizer-spec.js';
import { readTiktoken } from './tiktoken-file.js';

const llama3Ranks = 128_000;

/**
 * A vocabulary of tiktoken ranks. The files name neither their split pattern nor their special tokens; how many ranks they have tells the
 * published ones apart: 128,000 is Llama-3, whose special tokens its code adds (meta-llama/llama-models, `tokenizer.py`).
 */
export function tiktokenSource(file: string, bytes: Uint8Array, context: ReadContext): Source {
  const vocabulary = readTiktoken(file, bytes);
  const { count } = vocabulary.entries;
  const pattern =
    context.options.split ?? (count > 190_000 ? 'o200k' : count === 151_643 ? 'qwen2' : 'llama3');
  const source = byteSource(
    file,
    vocabulary,
    pairMerges(vocabulary, (id) => id),
    pattern,
    true,
    context,
  );
  if (count !== llama3Ranks) return source;
  return { ...source, addedTokens: llama3Tokens(), bosId: count, eosId: count + 1 };
}

function llama3Tokens(): AddedToken[] {
  const named: Readonly<Record<number, string>> = {
    0: 'begin_of_text',
    1: 'end_of_text',
    6: 'start_header_id',
    7: 'end_header_id',
    9: 'eot_id',
  };
  let reserved = 0;
  return Array.from({ length: 256 }, (_, i) => {
    const name = named[i] ?? `reserved_special_token_${reserved++}`;
    return { ...plainToken(llama3Ranks + i, `<|${name}|>`, true), normalized: false };
  });
}
