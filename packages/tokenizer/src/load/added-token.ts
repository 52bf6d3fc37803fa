import { unreadable } from '../error.js';
import type { Json } from '../files/read-json.js';
import { isId } from '../files/vocabulary-of.js';
import type { AddedToken } from '../tokenizer-spec.js';

/** A token of which only the content and whether it is special are known, with the flags `AddedToken` then has. */
export function plainToken(id: number, content: string, special: boolean): AddedToken {
  return { id, content, special, lstrip: false, rstrip: false, singleWord: false, normalized: !special };
}

/** An added token as Hugging Face's files write it. */
export function addedToken(file: string, id: unknown, { content, ...flags }: Json): AddedToken {
  if (typeof content !== 'string' || content === '' || !isId(id))
    throw unreadable(file, `added token ${content}`, 'a text with an id', id);
  return {
    id,
    content,
    special: !!flags.special,
    lstrip: !!flags.lstrip,
    rstrip: !!flags.rstrip,
    singleWord: !!flags.single_word,
    normalized: !!flags.normalized,
  };
}

/** Throws where one content or one id is given twice. */
export function distinct(file: string, tokens: readonly AddedToken[]): readonly AddedToken[] {
  const seen = new Set<string | number>();
  for (const { content, id } of tokens) {
    if (seen.has(content) || seen.has(id))
      throw unreadable(file, `added token ${content}`, 'contents and ids once each', id);
    seen.add(content).add(id);
  }
  return tokens;
}
