import type { AddedToken } from '../tokenizer-spec.js';

/** The added tokens of a checkpoint, by id and by content; a later one with the same content or id takes its place. */
export class AddedTokens {
  readonly list: readonly AddedToken[];
  readonly #byId = new Map<number, AddedToken>();
  readonly #byContent = new Map<string, AddedToken>();

  constructor(tokens: Iterable<AddedToken>) {
    for (const token of tokens) {
      const old = this.#byContent.get(token.content);
      if (old) this.#byId.delete(old.id);
      const twin = this.#byId.get(token.id);
      if (twin) this.#byContent.delete(twin.content);
      this.#byId.set(token.id, token);
      this.#byContent.set(token.content, token);
    }
    this.list = [...this.#byId.values()].sort((a, b) => a.id - b.id);
  }

  byId(id: number): AddedToken | undefined {
    return this.#byId.get(id);
  }

  byContent(content: string): AddedToken | undefined {
    return this.#byContent.get(content);
  }
}
