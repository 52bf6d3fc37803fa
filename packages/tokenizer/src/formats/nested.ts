import type { Split } from '../model/byte-words.js';

/** Several splits, each of the words of the one before. Without any, a text is one word. */
export function nested(splits: readonly Split[]): Split {
  const [first, ...inner] = splits;
  if (!first) return (text) => text.length;
  if (inner.length === 0) return first;
  const rest = nested(inner);
  let word = '';
  let end = 0;
  return (text, from) => {
    if (from === 0 || from >= end) {
      end = first(text, from);
      word = text.slice(from, end);
    }
    return end - word.length + rest(word, from - end + word.length);
  };
}
