import { ggufSource } from './formats/gguf-source.js';
import { namedPatterns } from './formats/named-patterns.js';
import { nested } from './formats/nested.js';
import { isTiktoken } from './formats/tiktoken-file.js';
import { tiktokenSource } from './formats/tiktoken-source.js';
import type { Formats } from './load-options.js';

/**
 * For the option `formats` of `loadTokenizer`: tiktoken ranks (`*.tiktoken`, or a `tokenizer.model` that is one), the metadata of
 * GGUF files, the split patterns `gpt2`, `smollm` and `o200k`, and a `tokenizer.json` that splits by several patterns.
 */
export const formats: Formats = {
  read(file, bytes, context) {
    if (file.endsWith('.gguf')) return ggufSource(file, bytes, context);
    const tiktoken = file.endsWith('.tiktoken') || (file === 'tokenizer.model' && isTiktoken(bytes));
    return tiktoken ? tiktokenSource(file, bytes, context) : undefined;
  },
  split(patterns, one) {
    return nested(patterns.flatMap((pattern) => namedPatterns[pattern] ?? [pattern]).map(one));
  },
};
