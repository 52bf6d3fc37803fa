import { unknown } from '../model/piece-kind.js';
import { spaceMark } from '../model/vocabulary.js';
import type { TokenizerParts } from '../tokenizer-parts.js';
import type { DecodeOptions, DecodeStream } from '../tokenizer-spec.js';
import { cleaning } from './clean-up.js';
import { utf8Assembler } from './utf8-assembler.js';

/**
 * One decoding, id by id. The slow classes cut a sequence into added tokens and stretches between them, decode each stretch
 * and join all with spaces; the fast ones are a single stretch. Everything but one rule can be decided as ids come: a special
 * token inside a stretch puts a space in front of the text before it, so that text waits when `whole` is set, and the space comes
 * late, right before the special token, when it is not.
 *
 * @param textOf text of an id, null where it is bytes, undefined outside the vocabulary
 */
export function decoding(
  { added, inner, model, rules, special }: TokenizerParts,
  textOf: (id: number) => string | null | undefined,
  { keep = [], skipSpecialTokens = false }: DecodeOptions,
  whole: boolean,
): DecodeStream {
  const { cleanUp, cleanUpStretch, gap, invalid, spaced, strip, stripToken } = rules;
  const { vocabulary } = model;
  const waits = whole && gap !== undefined;
  const run = invalid === 'run';
  const assemble = utf8Assembler(invalid);
  const asIs = (text: string): string => text;
  const clean = cleanUp ? cleaning() : asIs;
  const cleanStretch = cleanUpStretch ? cleaning() : asIs;
  /** Something stands in front of what comes next, to be joined with a space. */
  let joined = false;
  /** Tokens in the current stretch. */
  let tokens = 0;
  /** The current stretch has given text. */
  let given = false;
  /** The leading space of what comes next is still to be dropped. */
  let strips = strip !== undefined;
  let afterSpecial = false;
  /** Text before a special token of the stretch that may come. */
  let waiting = '';
  /** There are bytes that may go on. */
  let begun = false;

  const give = (text: string, end = false): string => {
    const shown = cleanStretch(text, end);
    const space = shown !== '' && joined && !given && spaced ? ' ' : '';
    given ||= shown !== '';
    return space + shown;
  };
  /** Text of the current stretch, less a leading space where the class drops one and the text may lose it. */
  const stretch = (text: string, strippable: boolean): string => {
    if (text === '') return '';
    const stripped = strips && strippable && text.startsWith(' ') ? text.slice(1) : text;
    strips = false;
    if (!waits) return give(stripped);
    waiting += stripped;
    return '';
  };
  /** What the bytes of an unfinished character come to. */
  const flush = (): string => {
    if (!begun) return '';
    begun = false;
    return stretch(assemble([], true), run);
  };
  /** Ends the current stretch. */
  const close = (last: boolean): string => {
    let text = flush() + give(waiting, true);
    waiting = '';
    // The last stretch is joined even when it is empty.
    if (last && spaced && tokens > 0 && !given && joined) text += ' ';
    joined ||= given;
    tokens = 0;
    given = false;
    afterSpecial = false;
    strips ||= strip === 'stretch';
    return text;
  };
  const addedToken = (id: number, content: string): string => {
    const kept = keep.includes(content);
    // A character that was begun must not go on behind the token left out.
    if (skipSpecialTokens && special.has(id) && !kept) return flush();
    if (!spaced) return flush() + stretch(run ? content.replaceAll(spaceMark, ' ') : content, true);
    const inside = inner.has(id) && !kept;
    const before = inside ? flush() : close(false);
    const space = inside ? !afterSpecial && (gap === 'always' || (gap === 'inner' && tokens > 0)) : joined;
    const text = (space ? ' ' : '') + waiting + content;
    waiting = '';
    joined ||= !inside;
    if (!inside) return before + text;
    afterSpecial = true;
    tokens++;
    strips = strip === 'stretch';
    return before + give(text);
  };
  const ordinary = (id: number): string => {
    let text = textOf(id);
    if (text === undefined) return '';
    const first = tokens++ === 0;
    afterSpecial = false;
    if (text === null) {
      begun = true;
      return stretch(assemble(vocabulary.text(id), false), run);
    }
    const strippable = !(strips || first) || vocabulary.kind(id) !== unknown;
    if (stripToken && first && strippable && text.startsWith(' ')) text = text.slice(1);
    return flush() + stretch(text, strippable);
  };

  return {
    push(id) {
      const token = added.get(id);
      return clean(token ? addedToken(id, token.content) : ordinary(id), false);
    },
    end: () => clean(close(true), true),
  };
}
