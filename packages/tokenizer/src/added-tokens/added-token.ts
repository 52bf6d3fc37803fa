import { unreadable } from '../error.js';
import type { Json } from '../files/text-file.js';
import type { AddedToken } from '../tokenizer-spec.js';

/** An added token as Hugging Face's files write it. */
export function addedToken(file: string, place: string, id: unknown, value: Json): AddedToken {
  const { content } = value;
  if (typeof content !== 'string' || content === '') {
    throw unreadable(file, place, `expected a token with its content, got ${JSON.stringify(content)}`);
  }
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= 2 ** 24) {
    throw unreadable(
      file,
      place,
      `expected an id from 0 to 16777215 for ${JSON.stringify(content)}, got ${id}`,
      { token: content, id },
    );
  }
  return {
    id,
    content,
    special: value.special === true,
    lstrip: value.lstrip === true,
    rstrip: value.rstrip === true,
    singleWord: value.single_word === true,
    normalized: value.normalized === true,
  };
}

/** A token of which only the content and whether it is special are known, with the flags `AddedToken` then has. */
export function plainToken(id: number, content: string, special: boolean): AddedToken {
  return { id, content, special, lstrip: false, rstrip: false, singleWord: false, normalized: !special };
}
