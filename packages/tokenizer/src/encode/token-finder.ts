import { anyOf } from '../model/piece-words.js';
import type { AddedToken } from '../tokenizer-spec.js';

/** Finds added tokens by their contents: the leftmost one, of those the longest, then on behind it. */
export function tokenFinder(
  tokens: readonly (readonly [content: string, token: AddedToken])[],
): (text: string) => Iterable<{ token: AddedToken; start: number; end: number }> {
  const byContent = new Map(tokens);
  const pattern = anyOf([...byContent.keys()], 'g');
  return (text) =>
    Array.from(text.matchAll(pattern), ({ 0: content, index }) => ({
      token: byContent.get(content)!,
      start: index,
      end: index + content.length,
    }));
}
