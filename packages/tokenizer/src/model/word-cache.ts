/** Ids of one word: a number where there is one, which is most words. */
export type WordIds = number | readonly number[];

/**
 * The words seen last. Two halves: a full young half becomes the old one and what was in the old one is forgotten, so it never
 * holds more than `size` words and never has to sort them.
 */
export class WordCache {
  readonly #half: number;
  #young = new Map<string, WordIds>();
  #old = new Map<string, WordIds>();

  constructor(size: number) {
    this.#half = Math.ceil(size / 2);
  }

  get(word: string): WordIds | undefined {
    const found = this.#young.get(word);
    if (found !== undefined) return found;
    const older = this.#old.get(word);
    if (older !== undefined) this.set(word, older);
    return older;
  }

  set(word: string, ids: WordIds): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    if (this.#half > 0) this.#young.set(detached(word), ids);
  }
}

/** V8 makes longer slices point into the text they are cut from; a cached word must not keep a whole document alive. */
function detached(word: string): string {
  return word.length > 12 ? ` ${word}`.slice(1) : word;
}
