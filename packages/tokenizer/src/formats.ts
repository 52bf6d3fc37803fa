import { ggufSource } from './formats/gguf-source.js';
import { namedPatterns } from './formats/named-patterns.js';
import { patternSplit } from './formats/pattern-split.js';
import { isTiktoken } from './formats/tiktoken-file.js';
import { tiktokenSource } from './formats/tiktoken-source.js';
import type { Formats } from './load-options.js';
import { nested } from './split/nested.js';

/**
 * For the option `formats` of `loadTokenizer`: tiktoken ranks (`*.tiktoken`, or a `tokenizer.model` that is one), the metadata of
 * GGUF files, the split patterns `gpt2`, `smollm` and `o200k`, and any other pattern that a `tokenizer.json` writes.
 */
export const formats: Formats = {
  read(file, bytes, context) {
    if (file.endsWith('.gguf')) return ggufSource(file, bytes, context);
    const tiktoken = file.endsWith('.tiktoken') || (file === 'tokenizer.model' && isTiktoken(bytes));
    return tiktoken ? tiktokenSource(file, bytes, context) : undefined;
  },
  split(file, pattern) {
    return nested((namedPatterns[pattern] ?? [pattern]).map((part) => patternSplit(file, part)));
  },
};
