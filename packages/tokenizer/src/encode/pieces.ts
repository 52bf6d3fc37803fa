import type { AddedTokens } from '../added-tokens/added-tokens.js';
import { TokenFinder } from '../added-tokens/token-finder.js';
import { TokenizerError } from '../error.js';
import type { AddedToken, AddedTokensMode, Segment, Semantics } from '../tokenizer-spec.js';

/** One added token, `count` times, at a place of the joined text. */
export interface TokenPiece {
  readonly token: AddedToken;
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

/** Text between added tokens. `start` is where it stands in the joined text. */
export interface TextPiece {
  readonly token?: undefined;
  readonly text: string;
  readonly start: number;
  /** Ids that encoding this text must not give. */
  readonly guard: ReadonlySet<number> | undefined;
  /** Added tokens to be looked for after normalisation. */
  readonly normalized: readonly AddedToken[];
}

export type Piece = TokenPiece | TextPiece;

export interface PieceCutterOptions {
  readonly added: AddedTokens;
  readonly semantics: Semantics;
  /** Ids that text which may not hold added tokens must not reach, with what the vocabulary spells there. */
  readonly reserved: ReadonlyMap<number, string>;
  /** What the slow class does to a whole text first. */
  readonly prepare: (text: string) => string;
}

/** What a mode for added tokens comes to: which are looked for before and after normalisation, and which ids are closed. */
interface Rule {
  readonly finder: TokenFinder;
  readonly normalized: readonly AddedToken[];
  readonly guard: ReadonlySet<number> | undefined;
}

/** Cuts segments at their added tokens and joins the text between them again, whichever segment it comes from. */
export class PieceCutter {
  readonly #options: PieceCutterOptions;
  readonly #parse: Rule;
  readonly #text: Rule;

  constructor(options: PieceCutterOptions) {
    this.#options = options;
    this.#parse = this.#rule(options.added.list, undefined);
    this.#text = this.#rule([], new Set(options.reserved.keys()));
  }

  cut(segments: readonly Segment[]): Piece[] {
    const pieces: Piece[] = [];
    let start = 0;
    for (const segment of segments) {
      if ('token' in segment) {
        const token = this.#options.added.byContent(segment.token);
        if (!token) throw unknownToken(segment.token);
        const count = segment.count ?? 1;
        const end = start + count * token.content.length;
        if (count > 0) pieces.push({ token, count, start, end });
        start = end;
      } else {
        const text = this.#options.prepare(segment.text);
        this.#cutText(text, start, this.#ruleOf(segment.addedTokens ?? 'parse'), pieces);
        start += text.length;
      }
    }
    return pieces;
  }

  #cutText(text: string, start: number, rule: Rule, pieces: Piece[]): void {
    let at = 0;
    for (const found of rule.finder.find(text)) {
      let { start: from, end: to } = found;
      if (this.#options.semantics === 'fast') {
        const { lstrip, rstrip, singleWord } = found.token;
        if (
          singleWord &&
          (wordEnd.test(text.slice(Math.max(0, from - 2), from)) || wordStart.test(text.slice(to, to + 2)))
        )
          continue;
        while (lstrip && from > at && whiteSpace.test(text[from - 1]!)) from--;
        while (rstrip && to < text.length && whiteSpace.test(text[to]!)) to++;
      }
      from = Math.max(from, at);
      if (from > at) this.#join(text.slice(at, from), start + at, rule, pieces);
      pieces.push({ token: found.token, count: 1, start: start + from, end: start + to });
      at = to;
    }
    if (at < text.length) this.#join(text.slice(at), start + at, rule, pieces);
  }

  #join(text: string, start: number, { guard, normalized }: Rule, pieces: Piece[]): void {
    const last = pieces[pieces.length - 1];
    if (!last || last.token) {
      pieces.push({ text, start, guard, normalized });
      return;
    }
    pieces[pieces.length - 1] = {
      text: last.text + text,
      start: last.start,
      guard:
        last.guard && guard && last.guard !== guard
          ? new Set([...last.guard, ...guard])
          : (last.guard ?? guard),
      normalized: last.normalized.filter((token) => normalized.includes(token)),
    };
  }

  #ruleOf(mode: AddedTokensMode): Rule {
    if (mode === 'parse') return this.#parse;
    if (mode === 'text') return this.#text;
    const { added, reserved } = this.#options;
    const allowed = new Set(mode);
    const open = added.list.filter((token) => allowed.has(token.content));
    const closed = new Set(reserved.keys());
    for (const token of open) closed.delete(token.id);
    for (const [id, piece] of reserved) if (allowed.has(piece) && !added.byId(id)) closed.delete(id);
    return this.#rule(open, closed);
  }

  #rule(tokens: readonly AddedToken[], guard: ReadonlySet<number> | undefined): Rule {
    const late = (token: AddedToken): boolean => token.normalized && this.#options.semantics === 'fast';
    return {
      finder: new TokenFinder(tokens.filter((token) => !late(token))),
      normalized: tokens.filter(late),
      guard: guard && guard.size > 0 ? guard : undefined,
    };
  }
}

const whiteSpace = /\p{White_Space}/u;
const wordEnd = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordStart = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

function unknownToken(token: string): TokenizerError {
  return new TokenizerError(
    'invalid-option',
    `This tokenizer has no added token ${JSON.stringify(token)}. Use the tokenizer files of the checkpoint itself.`,
    { token },
  );
}
