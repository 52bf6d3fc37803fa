import { TokenizerError } from '../error.js';
import type { TokenizerParts } from '../model-tokenizer.js';
import { stripEnd, stripStart } from '../text/white-space.js';
import type { AddedToken, AddedTokensMode, Segment } from '../tokenizer-spec.js';
import type { Piece } from './piece.js';
import { tokenFinder } from './token-finder.js';

const whiteSpace = /\p{White_Space}/u;
const word = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const wordEnd = new RegExp(`${word}$`, 'u');
const wordStart = new RegExp(`^${word}`, 'u');
const open: ReadonlySet<number> = new Set();

/**
 * Cuts segments at their added tokens and joins the text between them again, whichever segment it comes from.
 *
 * @param prepare what the slow class does to a whole text first
 */
export function segmentCutter(
  { added, reserved, semantics }: TokenizerParts,
  prepare: (text: string) => string,
): (segments: readonly Segment[]) => Piece[] {
  const slow = semantics === 'slow';
  const rule = (tokens: readonly AddedToken[], guard: ReadonlySet<number>) => ({
    find: tokenFinder(
      tokens.filter((token) => slow || !token.normalized).map((token) => [token.content, token]),
    ),
    late: tokens.filter((token) => !slow && token.normalized),
    guard,
  });
  const parse = rule([...added.values()], open);
  const text = rule([], new Set(reserved.keys()));
  const ruleOf = (mode: AddedTokensMode) => {
    if (mode === 'parse') return parse;
    if (mode === 'text') return text;
    const listed = [...added.values()].filter((token) => mode.includes(token.content));
    const closed = [...reserved].filter(
      ([id, piece]) => !listed.some((token) => token.id === id) && (added.has(id) || !mode.includes(piece)),
    );
    return rule(listed, new Set(closed.map(([id]) => id)));
  };

  return (segments) => {
    const pieces: Piece[] = [];
    let start = 0;
    for (const segment of segments) {
      if ('token' in segment) {
        const token = [...added.values()].find(({ content }) => content === segment.token);
        const { count = 1 } = segment;
        if (!token) {
          throw new TokenizerError(
            'invalid-option',
            `This tokenizer has no added token ${segment.token}. Use the files of the checkpoint itself.`,
            { token: segment.token },
          );
        }
        const length = count * token.content.length;
        if (count > 0)
          pieces.push({ token, count, text: token.content, start, length, guard: open, late: [] });
        start += length;
        continue;
      }
      const { find, guard, late } = ruleOf(segment.addedTokens ?? 'parse');
      const whole = prepare(segment.text);
      let done = 0;
      const pushText = (end: number): void => {
        if (end <= done) return;
        const cut = whole.slice(done, end);
        const last = pieces[pieces.length - 1];
        const joins = last && !last.token ? last : undefined;
        if (joins) pieces.pop();
        pieces.push({
          count: 1,
          text: (joins?.text ?? '') + cut,
          start: joins?.start ?? start + done,
          length: (joins?.length ?? 0) + cut.length,
          guard:
            !joins || joins.guard.size === 0 || joins.guard === guard
              ? guard
              : new Set([...joins.guard, ...guard]),
          late: joins ? joins.late.filter((token) => late.includes(token)) : late,
        });
      };
      for (const { end, start: begin, token } of find(whole)) {
        let from = Math.max(begin, done);
        let to = end;
        if (!slow) {
          if (
            token.singleWord &&
            (wordEnd.test(whole.slice(Math.max(0, begin - 2), begin)) ||
              wordStart.test(whole.slice(end, end + 2)))
          )
            continue;
          if (token.lstrip) from = done + stripEnd(whole.slice(done, from), whiteSpace).length;
          if (token.rstrip) to = whole.length - stripStart(whole.slice(end), whiteSpace).length;
        }
        pushText(from);
        pieces.push({
          token,
          count: 1,
          text: token.content,
          start: start + from,
          length: to - from,
          guard: open,
          late: [],
        });
        done = to;
      }
      pushText(whole.length);
      start += whole.length;
    }
    return slow ? slowFlags(pieces) : pieces;
  };
}

/**
 * `lstrip`, `rstrip` and `single_word` as the Python classes apply them: token by token to the neighbouring pieces, whatever those
 * are by then. A token that must be a word and is not becomes text of its neighbour.
 */
function slowFlags(pieces: Piece[]): Piece[] {
  for (let i = 0; i < pieces.length; i++) {
    const { start, text, token } = pieces[i]!;
    if (!token) continue;
    const left = pieces[i - 1];
    const right = pieces[i + 1];
    if (token.rstrip && right && !right.token) {
      const kept = stripStart(right.text);
      pieces[i + 1] = {
        ...right,
        text: kept,
        start: right.start + right.text.length - kept.length,
        length: kept.length,
      };
    }
    if (token.lstrip && left && !left.token) pieces[i - 1] = { ...left, text: stripEnd(left.text) };
    if (!token.singleWord) continue;
    const before = pieces[i - 1]?.text ?? '';
    const after = pieces[i + 1]?.text ?? '';
    const none: Piece = { count: 1, text: '', start, length: 0, guard: open, late: [] };
    if (before && !before.endsWith(' ')) pieces[i - 1] = { ...none, start: left!.start, text: before + text };
    else if (after && !after.startsWith(' ')) pieces[i + 1] = { ...none, text: text + after };
    else continue;
    pieces[i] = none;
  }
  return pieces;
}
