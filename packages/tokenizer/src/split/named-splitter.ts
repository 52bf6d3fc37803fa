import type { SplitName } from '../load-options.js';
import { PatternSplitter } from './pattern-splitter.js';
import type { Splitter } from './splitter.js';
import { WordSplitter } from './word-splitter.js';

const contractions = "'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])";
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const before = '[^\\r\\n\\p{L}\\p{N}]?';
const space = '\\p{White_Space}';

const gpt2 = `'(?:[stmd]|re|ve|ll)| ?\\p{L}+| ?\\p{N}+| ?[^${space}\\p{L}\\p{N}]+|${space}+(?!\\P{White_Space})|${space}+`;
const o200k =
  `${before}${upper}*${lower}+(?:${contractions})?|${before}${upper}+${lower}*(?:${contractions})?|\\p{N}{1,3}|` +
  ` ?[^${space}\\p{L}\\p{N}]+[\\r\\n/]*|${space}*[\\r\\n]+|${space}+(?!\\P{White_Space})|${space}+`;

/** The published split patterns by name, each step cutting the words of the one before. `longS`: see `WordSplitter`. */
export function namedSplitters(name: SplitName, longS = false): readonly Splitter[] {
  switch (name) {
    case 'qwen2':
      return [new WordSplitter(1, longS)];
    case 'llama3':
      return [new WordSplitter(3, longS)];
    case 'gpt2':
      return [new PatternSplitter(new RegExp(gpt2, 'gu'))];
    case 'smollm':
      return [new PatternSplitter(/\p{N}/gu), new PatternSplitter(new RegExp(gpt2, 'gu'))];
    case 'o200k':
      return [new PatternSplitter(new RegExp(o200k, 'gu'))];
  }
}
