import { spaceMark } from '../model/vocabulary.js';
import type { TokenizerParts } from '../tokenizer-parts.js';
import type { Piece } from './piece.js';
import { tokenFinder } from './token-finder.js';

/** Ids in a row that come from one piece, and the text that gave them. */
export interface Run {
  /** Index of its first id. */
  readonly at: number;
  readonly count: number;
  readonly piece: Piece;
  /** What went to the model: the piece's text, normalised and with what was put in front. */
  readonly text: string;
  /** Where `text` starts in the normalised piece: below 0 by what was put in front. */
  readonly offset: number;
}

/** Appends the ids of pieces. */
export function encodePieces(
  { model, rules, slow, special }: TokenizerParts,
  pieces: readonly Piece[],
  ids: number[],
): Run[] {
  const { normalForm, prefix } = rules;
  const { vocabulary } = model;
  const whole = prefix === 'whole';
  const runs: Run[] = [];
  const base = ids.length;
  const [first] = pieces;
  const normal = (text: string): string => (normalForm && !slow ? text.normalize(normalForm) : text);
  const marks = (text: string): string => (vocabulary.byteLevel ? text : text.replaceAll(' ', spaceMark));
  // The mark before the whole text stands alone where that starts with an added token.
  const alone = whole && first?.token ? [{ ...first, token: undefined, text: '' }] : [];
  for (const [index, piece] of [...alone, ...pieces].entries()) {
    if (piece.token) {
      added(piece);
      const marked =
        whole &&
        index === 1 &&
        ids.length === base + 1 + piece.count &&
        ids[base] === vocabulary.find(spaceMark);
      if (marked && special.has(piece.token.id)) {
        ids.splice(base, 1);
        runs.splice(0, 2, { ...runs[1]!, at: base });
      }
      continue;
    }
    let text = normal(piece.text);
    const front = whole && index === 0;
    if (text === '' && !front) continue;
    const marked = front || prefix === 'each';
    if (marked) text = spaceMark + text;
    const offset = marked ? -1 : 0;
    // Added tokens that are looked for now are normalised like the text.
    const late = piece.late.map(
      (token) => [(prefix === 'each' ? spaceMark : '') + marks(normal(token.content)), token] as const,
    );
    let done = 0;
    for (const { end, start, token } of late.length > 0 ? tokenFinder(late)(marks(text)) : []) {
      stretch(piece, text.slice(done, start), offset + done);
      const from = Math.max(0, offset + start);
      added({ ...piece, token, start: piece.start + from, text: text.slice(from - offset, end) });
      done = end;
    }
    stretch(piece, text.slice(done), offset + done);
  }
  return runs;

  function added(piece: Piece): void {
    runs.push({ at: ids.length, count: piece.count, piece, text: '', offset: 0 });
    for (let i = 0; i < piece.count; i++) ids.push(piece.token!.id);
  }

  function stretch(piece: Piece, given: string, place: number): void {
    const at = ids.length;
    const bare = prefix === 'first' && piece.start + place === 0 && /^[^ \u2581]/.test(given);
    const [text, offset] = bare ? [spaceMark + given, -1] : [given, place];
    model.encode(text, ids);
    if (piece.guard.size > 0) breakUp(piece.guard, at, ids);
    if (ids.length > at) runs.push({ at, count: ids.length - at, piece, text, offset });
  }

  /** Replaces ids that the text must not reach by those of its characters, so that no spelling gives a control token. */
  function breakUp(guard: ReadonlySet<number>, from: number, list: number[]): void {
    const hit = list.findIndex((id, index) => index >= from && guard.has(id));
    if (hit < 0) return;
    for (const id of list.splice(hit)) {
      const [one = '', ...more] = guard.has(id) ? vocabulary.spelling(id) : '';
      const rest: number[] = [];
      if (more.length > 0) {
        model.encode(one, list);
        model.encode(more.join(''), rest);
        breakUp(guard, 0, rest);
      } else rest.push(id);
      for (const part of rest) list.push(part);
    }
  }
}
