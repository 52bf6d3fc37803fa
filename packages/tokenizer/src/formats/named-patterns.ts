import { qwen2Pattern } from '../split/qwen2-pattern.js';

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const before = '[^\\r\\n\\p{L}\\p{N}]?';

const gpt2 = "'(?:[stmd]|re|ve|ll)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Published split patterns by name; of two, the second cuts the words of the first. */
export const namedPatterns: Readonly<Record<string, readonly string[]>> = {
  gpt2: [gpt2],
  llama3: [qwen2Pattern.replace('\\p{N}|', '\\p{N}{1,3}|')],
  smollm: ['\\p{N}', gpt2],
  o200k: [
    `${before}${upper}*${lower}+${contractions}?|${before}${upper}+${lower}*${contractions}?|\\p{N}{1,3}|` +
      ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
  ],
};
