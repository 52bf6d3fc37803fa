/**
 * The split pattern of Qwen2, as its `tokenizer.json` writes it: words with what stands in front, single digits, runs of symbols, line ends,
 * spaces.
 */
export const qwen2Pattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
