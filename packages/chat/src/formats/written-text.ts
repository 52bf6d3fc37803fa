import type { DecodeStream } from '@internvl/tokenizer';
import type { LanguageSide } from '../chat-model.js';

/**
 * The text of an answer with a format: exactly the bytes that its constraint went by, without what a tokenizer class does to
 * text when it decodes. A character that is cut off at the end is left out, so that an unfinished answer is the
 * beginning of one.
 */
export function writtenText({ tokenBytes }: LanguageSide['tokenizer']): DecodeStream {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push: (id) => decoder.decode(tokenBytes(id), { stream: true }),
    end: () => '',
  };
}
