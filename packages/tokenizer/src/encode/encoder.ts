import { TokenFinder } from '../added-tokens/token-finder.js';
import type { Model } from '../model/model.js';
import { spaceMark } from '../model/vocabulary.js';
import type { EncodeRules } from '../rules.js';
import type { AddedToken, Semantics } from '../tokenizer-spec.js';
import { withoutExtraSpaces } from './alignment.js';
import type { Piece, TextPiece, TokenPiece } from './pieces.js';
import { applySlowFlags } from './slow-flags.js';

/** Ids in a row that come from one piece of the input. */
export interface Run {
  /** Index of its first id. */
  readonly at: number;
  readonly count: number;
  /** The added token it is, or the text it was, as it stood in the input and as it went to the model. */
  readonly piece: Piece;
  readonly text: string;
  /** UTF-16 units of `text` that were put in front; negative where `text` is a later part of the piece's. */
  readonly prefix: number;
}

export interface EncoderOptions {
  readonly model: Model;
  readonly rules: EncodeRules;
  readonly semantics: Semantics;
  /** Ids of the tokens before which the slow Llama class drops a lone `▁`. */
  readonly special: ReadonlySet<number>;
}

/** Pieces → ids. */
export class Encoder {
  readonly #options: EncoderOptions;

  constructor(options: EncoderOptions) {
    this.#options = options;
  }

  encode(pieces: readonly Piece[], ids: number[]): Run[] {
    const { rules, semantics } = this.#options;
    const runs: Run[] = [];
    const base = ids.length;
    let list = pieces;
    if (rules.prefix === 'whole') list = withMark(list, rules.prefixText);
    if (semantics === 'slow') list = applySlowFlags(list);
    for (const [index, piece] of list.entries()) {
      const whole = index === 0 && rules.prefix === 'whole';
      if (!piece.token) this.#text(piece, whole ? rules.prefixText.length : 0, ids, runs);
      else {
        this.#added(piece, ids, runs);
        if (rules.prefix === 'whole') this.#dropMark(piece, base, ids, runs);
      }
    }
    return runs;
  }

  #added(piece: TokenPiece, ids: number[], runs: Run[]): void {
    runs.push({ at: ids.length, count: piece.count, piece, text: piece.token.content, prefix: 0 });
    for (let i = 0; i < piece.count; i++) ids.push(piece.token.id);
  }

  #text(piece: TextPiece, given: number, ids: number[], runs: Run[]): void {
    const { rules, semantics } = this.#options;
    let text = piece.text;
    if (rules.normalForm && semantics === 'fast') text = text.normalize(rules.normalForm);
    if (rules.removeExtraSpaces) text = withoutExtraSpaces(text);
    if (text === '') return;
    const prefixed =
      rules.prefix === 'each' ||
      ((rules.prefix === 'always' || (rules.prefix === 'first' && piece.start === 0)) && !this.#spaced(text));
    if (prefixed) text = rules.prefixText + text;
    const prefix = given + (prefixed ? rules.prefixText.length : 0);
    if (piece.normalized.length === 0) this.#stretch(piece, text, prefix, ids, runs);
    else this.#lateTokens(piece, text, prefix, ids, runs);
  }

  /** Whether a text starts with what would be put in front of it. */
  #spaced(text: string): boolean {
    return text.startsWith(this.#options.rules.prefixText) || text.startsWith(' ');
  }

  #stretch(piece: TextPiece, text: string, prefix: number, ids: number[], runs: Run[]): void {
    const at = ids.length;
    this.#options.model.encode(text, ids);
    if (piece.guard) this.#breakUp(piece.guard, at, ids);
    runs.push({ at, count: ids.length - at, piece, text, prefix });
  }

  /** Fast semantics: added tokens that are looked for in normalised text, their own content normalised the same way. */
  #lateTokens(piece: TextPiece, text: string, prefix: number, ids: number[], runs: Run[]): void {
    const { model, rules } = this.#options;
    const marked = (plain: string): string =>
      model.vocabulary.marksSpaces ? plain.replaceAll(' ', spaceMark) : plain;
    const contents = piece.normalized.map((token): AddedToken => {
      const form = rules.normalForm ? token.content.normalize(rules.normalForm) : token.content;
      return { ...token, content: marked(rules.prefix === 'each' ? rules.prefixText + form : form) };
    });
    let done = 0;
    for (const found of new TokenFinder(contents).find(marked(text))) {
      if (found.start > done) this.#stretch(piece, text.slice(done, found.start), prefix - done, ids, runs);
      const start = piece.start + Math.max(0, found.start - prefix);
      const token: TokenPiece = {
        token: found.token,
        count: 1,
        start,
        end: piece.start + found.end - prefix,
      };
      this.#added(token, ids, runs);
      done = found.end;
    }
    if (done < text.length) this.#stretch(piece, text.slice(done), prefix - done, ids, runs);
  }

  /** Replaces ids that the text must not reach by those of its characters, so that no spelling gives a control token. */
  #breakUp(guard: ReadonlySet<number>, from: number, ids: number[]): void {
    const { model } = this.#options;
    let hit = from;
    while (hit < ids.length && !guard.has(ids[hit]!)) hit++;
    if (hit === ids.length) return;
    for (const id of ids.splice(hit)) {
      const spelling = guard.has(id) ? model.vocabulary.spelling(id) : '';
      const first = String.fromCodePoint(spelling.codePointAt(0) ?? 0);
      if (first.length >= spelling.length) {
        ids.push(id);
        continue;
      }
      model.encode(first, ids);
      const rest: number[] = [];
      model.encode(spelling.slice(first.length), rest);
      this.#breakUp(guard, 0, rest);
      for (const part of rest) ids.push(part);
    }
  }

  /** `legacy: false`: the mark in front of the whole text goes again when it stands alone before a special token. */
  #dropMark(piece: TokenPiece, base: number, ids: number[], runs: Run[]): void {
    const { special, model, rules } = this.#options;
    if (
      runs.length !== 2 ||
      ids[base] !== model.vocabulary.find(rules.prefixText) ||
      !special.has(piece.token.id)
    )
      return;
    if (runs[1]!.at !== base + 1) return;
    ids.splice(base, 1);
    runs.splice(0, 2, { ...runs[1]!, at: base });
  }
}

/** Puts the mark in front of the whole text, in the first piece where that is text. */
function withMark(pieces: readonly Piece[], mark: string): readonly Piece[] {
  const [first] = pieces;
  if (!first) return pieces;
  if (first.token) return [{ text: mark, start: 0, guard: undefined, normalized: [] }, ...pieces];
  return [{ ...first, text: mark + first.text }, ...pieces.slice(1)];
}
