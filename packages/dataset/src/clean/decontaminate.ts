import { hashText } from './text-key.js';

const unit = /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[\p{L}\p{N}\p{M}]+/gu;

/** What a text has in common with an evaluation set. */
export interface Overlap {
  /** Name that the evaluation text was added under. */
  readonly name: string;
  /** The words they share. */
  readonly text: string;
}

/**
 * Finds texts that share a run of 13 words with an evaluation set, in Chinese and Japanese of 13 characters. Shorter evaluation texts
 * must be there as a whole and have at least 6 units, so that "What is this?" condemns nothing.
 */
export class EvaluationText {
  readonly #size: number;
  readonly #least: number;
  /** Runs by hash; a short text under its own length. */
  readonly #runs = new Map<string, string>();
  readonly #lengths = new Set<number>();

  constructor({ size = 13, least = 6 }: { readonly size?: number; readonly least?: number } = {}) {
    this.#size = size;
    this.#least = least;
  }

  /** Runs that are known. */
  get size(): number {
    return this.#runs.size;
  }

  add(text: string, name: string): void {
    const units = unitsOf(text);
    const size = Math.min(this.#size, units.length);
    if (size < this.#least) return;
    this.#lengths.add(size);
    for (let at = 0; at + size <= units.length; at++) {
      const run = keyOf(units, at, size);
      if (!this.#runs.has(run)) this.#runs.set(run, name);
    }
  }

  /** The first run that is in the evaluation set. */
  find(text: string): Overlap | undefined {
    const units = unitsOf(text);
    for (const size of this.#lengths) {
      for (let at = 0; at + size <= units.length; at++) {
        const name = this.#runs.get(keyOf(units, at, size));
        if (name !== undefined) return { name, text: units.slice(at, at + size).join(' ') };
      }
    }
    return undefined;
  }
}

function unitsOf(text: string): readonly string[] {
  return text.normalize('NFKC').toLowerCase().match(unit) ?? [];
}

function keyOf(units: readonly string[], at: number, size: number): string {
  return hashText(`${size}\n${units.slice(at, at + size).join('\n')}`);
}
