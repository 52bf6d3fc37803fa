import { TokenizerError } from '../error.js';
import { pythonSpace, stripEnd, stripStart } from '../text/white-space.js';
import type { TokenizerParts } from '../tokenizer-parts.js';
import type { AddedToken, AddedTokensMode, Segment } from '../tokenizer-spec.js';
import type { Piece } from './piece.js';
import { tokenFinder } from './token-finder.js';

const word = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
/**
 * Cuts segments at their added tokens and joins the text between them again, whichever segment it comes from; then lets tokens with
 * `lstrip` and `rstrip` swallow the white space beside them.
 *
 * @param prepare what the slow class does to a whole text first
 */
export function segmentCutter(
  { added, contents, reserved, slow }: TokenizerParts,
  prepare: (text: string) => string,
): (segments: readonly Segment[]) => Piece[] {
  const rule = (tokens: readonly AddedToken[], guard: ReadonlySet<number>) => {
    const late = tokens.filter((token) => token.normalized && !slow);
    const early = tokens.filter((token) => !late.includes(token));
    return { find: tokenFinder(early.map((token) => [token.content, token])), late, guard };
  };
  /** What may not touch a token that has to be a word: word characters, for the slow classes all but spaces. */
  const attached = slow ? '[^ ]' : word;
  const before = new RegExp(`${attached}$`, 'u');
  const behind = new RegExp(`^${attached}`, 'u');
  const spaces = slow ? pythonSpace : /\p{White_Space}/u;
  const all = [...added.values()];
  const parse = rule(all, new Set());
  const text = rule([], new Set(reserved.keys()));
  const ruleOf = (mode: AddedTokensMode) => {
    if (mode === 'parse') return parse;
    if (mode === 'text') return text;
    const closed = [...reserved].filter(([id, piece]) => !mode.includes(added.get(id)?.content ?? piece));
    return rule(
      all.filter((token) => mode.includes(token.content)),
      new Set(closed.map(([id]) => id)),
    );
  };

  return (segments) => {
    const pieces: Piece[] = [];
    let start = 0;
    const push = (piece: Omit<Piece, 'start'>): void => {
      const last = pieces[pieces.length - 1];
      if (last && !last.token && !piece.token) {
        pieces[pieces.length - 1] = {
          ...last,
          text: last.text + piece.text,
          guard: last.guard === piece.guard ? last.guard : new Set([...last.guard, ...piece.guard]),
          late: last.late.filter((token) => piece.late.includes(token)),
        };
      } else if (piece.count > 0 && piece.text !== '') pieces.push({ ...piece, start });
      start += piece.count * piece.text.length;
    };
    for (const segment of segments) {
      if ('token' in segment) {
        const token = contents.get(segment.token);
        if (!token)
          throw new TokenizerError(
            'invalid-option',
            `Expected an added token of this tokenizer, got ${segment.token}.`,
            segment,
          );
        push({ ...text, token, count: segment.count ?? 1, text: token.content });
        continue;
      }
      const { find, ...rest } = ruleOf(segment.addedTokens ?? 'parse');
      const whole = prepare(segment.text);
      let done = 0;
      for (const { end, start: from, token } of find(whole)) {
        if (
          token.singleWord &&
          (before.test(whole.slice(Math.max(0, from - 2), from)) || behind.test(whole.slice(end, end + 2)))
        )
          continue;
        push({ ...rest, count: 1, text: whole.slice(done, from) });
        push({ ...rest, count: 1, text: token.content, token });
        done = end;
      }
      push({ ...rest, count: 1, text: whole.slice(done) });
    }
    for (const [index, { token }] of pieces.entries()) {
      const left = pieces[index - 1];
      const right = pieces[index + 1];
      if (token?.lstrip && left && !left.token)
        pieces[index - 1] = { ...left, text: stripEnd(left.text, spaces) };
      if (token?.rstrip && right && !right.token) {
        const kept = stripStart(right.text, spaces);
        pieces[index + 1] = { ...right, text: kept, start: right.start + right.text.length - kept.length };
      }
    }
    return pieces;
  };
}
