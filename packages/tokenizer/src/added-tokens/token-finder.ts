import type { AddedToken } from '../tokenizer-spec.js';

/** An added token in a text. */
export interface Found {
  readonly token: AddedToken;
  readonly start: number;
  readonly end: number;
}

/** Finds added tokens: the leftmost one, of those the longest, then on behind it. */
export class TokenFinder {
  readonly #pattern: RegExp | undefined;
  readonly #tokens: ReadonlyMap<string, AddedToken>;

  constructor(tokens: readonly AddedToken[]) {
    this.#tokens = new Map(tokens.map((token) => [token.content, token]));
    // Alternatives are tried in order, so the longest content comes first.
    const contents = [...this.#tokens.keys()].sort((a, b) => b.length - a.length);
    const alternatives = contents.map((content) => content.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    if (contents.length > 0) this.#pattern = new RegExp(alternatives.join('|'), 'g');
  }

  find(text: string): Found[] {
    const found: Found[] = [];
    if (!this.#pattern) return found;
    for (const match of text.matchAll(this.#pattern)) {
      found.push({
        token: this.#tokens.get(match[0])!,
        start: match.index,
        end: match.index + match[0].length,
      });
    }
    return found;
  }
}
