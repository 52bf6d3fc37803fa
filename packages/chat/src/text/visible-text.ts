import { leadingSpace, withoutTrailingSpace } from './strip.js';

export interface VisibleTextOptions {
  /** Texts at whose first occurrence the answer ends, themselves not shown. */
  readonly cuts?: readonly string[] | undefined;
  /** Whether space around the answer goes, as Python's `strip()` takes it. */
  readonly strip?: boolean | undefined;
}

/**
 * The part of a growing answer that is certain to stay: what the reference makes of the whole text (`split(separator)[0]
 * .strip()`, in `chat()` of `modeling_internvl_chat.py`), given out piece by piece. What could still turn out to be the
 * beginning of a cut, or space at the end, waits.
 */
export class VisibleText {
  readonly #cuts: readonly string[];
  readonly #strip: boolean;
  #waiting = '';
  #shown = false;
  #cut: string | undefined;

  constructor({ cuts = [], strip = true }: VisibleTextOptions = {}) {
    this.#cuts = cuts.filter((cut) => cut !== '');
    this.#strip = strip;
  }

  /** The cut that came, once one did; nothing is shown behind it. */
  get cut(): string | undefined {
    return this.#cut;
  }

  /** Takes the next piece of the answer; returns what can be shown now. */
  push(text: string): string {
    if (this.#cut !== undefined) return '';
    this.#waiting += text;
    const at = this.#firstCut();
    if (at !== undefined) {
      this.#waiting = this.#waiting.slice(0, at);
      return this.#show(this.#trimmedLength(this.#waiting));
    }
    return this.#show(
      this.#trimmedLength(this.#waiting.slice(0, this.#waiting.length - this.#possibleCut())),
    );
  }

  /** The answer has ended; returns what is left to show. */
  end(): string {
    return this.#show(this.#trimmedLength(this.#waiting));
  }

  #show(length: number): string {
    const first = this.#strip && !this.#shown ? Math.min(leadingSpace(this.#waiting), length) : 0;
    const text = this.#waiting.slice(first, length);
    this.#waiting = this.#waiting.slice(length);
    if (text !== '') this.#shown = true;
    return text;
  }

  #trimmedLength(text: string): number {
    return this.#strip ? withoutTrailingSpace(text) : text.length;
  }

  #firstCut(): number | undefined {
    let first: number | undefined;
    for (const cut of this.#cuts) {
      const at = this.#waiting.indexOf(cut);
      if (at >= 0 && (first === undefined || at < first)) {
        first = at;
        this.#cut = cut;
      }
    }
    return first;
  }

  /** Length of the longest end of the waiting text that begins some cut. */
  #possibleCut(): number {
    let longest = 0;
    for (const cut of this.#cuts) {
      for (let length = Math.min(cut.length - 1, this.#waiting.length); length > longest; length--) {
        if (this.#waiting.endsWith(cut.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
