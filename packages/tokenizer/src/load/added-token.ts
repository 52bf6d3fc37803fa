import { unreadable } from '../error.js';
import type { Json } from '../files/read-json.js';
import type { AddedToken } from '../tokenizer-spec.js';

/** A token of which only the content and whether it is special are known, with the flags `AddedToken` then has. */
export function plainToken(id: number, content: string, special: boolean): AddedToken {
  return { id, content, special, lstrip: false, rstrip: false, singleWord: false, normalized: !special };
}

/** An added token as Hugging Face's files write it. */
export function addedToken(file: string, id: unknown, { content, ...flags }: Json): AddedToken {
  if (
    typeof content !== 'string' ||
    content === '' ||
    !(Number(id) >= 0 && Number(id) < 2 ** 22 && Number.isInteger(Number(id)))
  ) {
    const token = JSON.stringify(content);
    throw unreadable(
      file,
      `added token ${token}`,
      `expected a text with an id from 0 to 4194303, got ${token} with ${id}`,
      { token: content, id },
    );
  }
  return {
    id: Number(id),
    content,
    special: flags.special === true,
    lstrip: flags.lstrip === true,
    rstrip: flags.rstrip === true,
    singleWord: flags.single_word === true,
    normalized: flags.normalized === true,
  };
}

/** Throws where one content or one id is given twice. */
export function distinct(file: string, tokens: readonly AddedToken[]): readonly AddedToken[] {
  const seen = new Set<string | number>();
  for (const { content, id } of tokens) {
    if (seen.has(content) || seen.has(id)) {
      throw unreadable(
        file,
        `added token ${JSON.stringify(content)}`,
        `expected contents and ids once each, got ${id} again`,
        { token: content, id },
      );
    }
    seen.add(content).add(id);
  }
  return tokens;
}
