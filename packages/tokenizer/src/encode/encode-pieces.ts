import { spaceMark } from '../model/vocabulary.js';
import type { TokenizerParts } from '../model-tokenizer.js';
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
  { model, rules, semantics, special }: TokenizerParts,
  pieces: readonly Piece[],
  ids: number[],
): Run[] {
  const { normalForm, prefix, trims } = rules;
  const { vocabulary } = model;
  const runs: Run[] = [];
  const base = ids.length;
  const [first] = pieces;
  const list = [...pieces];
  // The mark before the whole text stands alone where that starts with an added token.
  if (prefix === 'whole' && first?.token) list.unshift({ ...first, token: undefined, text: '', length: 0 });
  for (const [index, piece] of list.entries()) {
    if (piece.token) {
      added(piece);
      const alone =
        prefix === 'whole' &&
        runs.length === 2 &&
        runs[1]!.at === base + 1 &&
        ids[base] === vocabulary.find(spaceMark);
      if (!alone || !special.has(piece.token.id)) continue;
      ids.splice(base, 1);
      runs.splice(0, 2, { ...runs[1]!, at: base });
      continue;
    }
    let text = piece.text;
    if (normalForm && semantics === 'fast') text = text.normalize(normalForm);
    if (trims) text = text.replace(/ {2,}/g, ' ').replace(/^ | $/g, '');
    const whole = prefix === 'whole' && index === 0;
    if (text === '' && !whole) continue;
    const bare = !/^[ \u2581]/.test(text);
    const marked =
      whole ||
      prefix === 'each' ||
      (bare && (prefix === 'always' || (prefix === 'first' && piece.start === 0)));
    if (marked) text = spaceMark + text;
    const offset = marked ? -1 : 0;
    // Added tokens that are looked for now are normalised like the text.
    const spaces = (plain: string): string =>
      vocabulary.byteLevel ? plain : plain.replaceAll(' ', spaceMark);
    const late = piece.late.map((token) => {
      const content = spaces(normalForm ? token.content.normalize(normalForm) : token.content);
      return [prefix === 'each' ? spaceMark + content : content, token] as const;
    });
    let done = 0;
    for (const { end, start, token } of late.length > 0 ? tokenFinder(late)(spaces(text)) : []) {
      stretch(piece, text.slice(done, start), offset + done);
      const from = Math.max(0, offset + start);
      added({ ...piece, token, start: piece.start + from, length: offset + end - from });
      done = end;
    }
    stretch(piece, done > 0 ? text.slice(done) : text, offset + done);
  }
  return runs;

  function added(piece: Piece): void {
    runs.push({ at: ids.length, count: piece.count, piece, text: '', offset: 0 });
    for (let i = 0; i < piece.count; i++) ids.push(piece.token!.id);
  }

  function stretch(piece: Piece, text: string, offset: number): void {
    const at = ids.length;
    model.encode(text, ids);
    if (piece.guard.size > 0) breakUp(piece.guard, at, ids);
    if (text) runs.push({ at, count: ids.length - at, piece, text, offset });
  }

  /** Replaces ids that the text must not reach by those of its characters, so that no spelling gives a control token. */
  function breakUp(guard: ReadonlySet<number>, from: number, list: number[]): void {
    let hit = from;
    while (hit < list.length && !guard.has(list[hit]!)) hit++;
    for (const id of list.splice(hit)) {
      const spelling = guard.has(id) ? vocabulary.spelling(id) : '';
      const one = String.fromCodePoint(spelling.codePointAt(0) ?? 0);
      const rest: number[] = [];
      if (one.length < spelling.length) {
        model.encode(one, list);
        model.encode(spelling.slice(one.length), rest);
        breakUp(guard, 0, rest);
      } else rest.push(id);
      for (const part of rest) list.push(part);
    }
  }
}
