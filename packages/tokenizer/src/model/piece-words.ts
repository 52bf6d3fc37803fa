import { unreadable } from '../error.js';
import { MergeTable } from './merge-table.js';
import type { Words } from './model.js';
import { pieceKind, spaceMark, type Vocabulary } from './vocabulary.js';

/**
 * Words of a vocabulary of pieces, where a space is `▁` and a whole text is one word. To make that fast, text is cut wherever two
 * neighbouring characters occur side by side in no piece: no merge can cross such a place, so the parts are independent.
 * Characters without a piece are their UTF-8 bytes; user-defined pieces are words of their own, the longest at each place.
 */
export class PieceWords implements Words {
  readonly #vocabulary: Vocabulary;
  readonly #encoder = new TextEncoder();
  /** Ids of `<0x00>` to `<0xFF>`. */
  readonly #byteIds: readonly number[];
  /** Id of each character in the basic plane, with the space as `▁`, and above it; -1 for none. */
  readonly #units = new Int32Array(0x10000).fill(-1);
  readonly #astral = new Map<number, number>();
  /** Characters that stand side by side in some piece. */
  readonly #neighbours = new MergeTable(2 ** 14);
  readonly #defined: RegExp;
  /** 1 for each UTF-16 unit that a user-defined piece starts with. */
  readonly #starts = new Uint8Array(0x10000);

  /** @throws `tokenizer-unreadable` for a vocabulary without bytes or with a piece whose characters are no pieces */
  constructor(file: string, vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#byteIds = Array.from({ length: 256 }, (_, byte) => {
      const piece = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
      const id = vocabulary.find(piece);
      if (id < 0) throw unreadable(file, piece, 'expected a piece for each byte', { byte });
      return id;
    });
    const defined: string[] = [];
    const longer: string[] = [];
    for (let id = 0; id < vocabulary.count; id++) {
      const kind = vocabulary.kind(id);
      if (kind !== pieceKind.normal && kind !== pieceKind.userDefined) continue;
      const piece = vocabulary.spelling(id);
      const code = piece.codePointAt(0) ?? 0;
      if (kind === pieceKind.userDefined) defined.push(piece);
      else if (piece.length > (code > 0xffff ? 2 : 1)) longer.push(piece);
      else if (code > 0xffff) this.#astral.set(code, id);
      else this.#units[code] = id;
    }
    const mark = spaceMark.charCodeAt(0);
    this.#units[0x20] = this.#units[mark]!;
    for (const piece of longer) {
      let before = -1;
      for (let at = 0; at < piece.length; at++) {
        const id = this.#idAt(piece, at);
        if (piece.charCodeAt(at) >> 10 === 0x36) at++;
        if (before >= 0 && id >= 0) this.#neighbours.add(before, id, 0, 0);
        before = id;
      }
    }
    // Alternatives are tried in order, so the longest piece comes first.
    defined.sort((a, b) => b.length - a.length);
    for (const piece of defined) this.#starts[piece.charCodeAt(0)] = 1;
    this.#starts[0x20] = this.#starts[mark]!;
    const alternatives = defined.map((piece) => escaped(piece).replaceAll(spaceMark, `[ ${spaceMark}]`));
    this.#defined = new RegExp(alternatives.join('|') || '(?!)', 'y');
  }

  next(text: string, from: number): number {
    const defined = this.#definedAt(text, from);
    if (defined > 0) return from + defined;
    let before = this.#idAt(text, from);
    for (let at = from; ; ) {
      at += text.charCodeAt(at) >> 10 === 0x36 && text.codePointAt(at)! > 0xffff ? 2 : 1;
      if (at >= text.length || this.#definedAt(text, at) > 0) return at;
      const id = this.#idAt(text, at);
      if (before < 0 || id < 0 || this.#neighbours.find(before, id) < 0) return at;
      before = id;
    }
  }

  write(word: string, symbols: Int32Array): number {
    if (this.#definedAt(word, 0) > 0) {
      symbols[0] = this.#vocabulary.find(word.replaceAll(' ', spaceMark));
      return 1;
    }
    let count = 0;
    for (const character of word) {
      const id = this.#idAt(character, 0);
      if (id >= 0) symbols[count++] = id;
      else for (const byte of this.#encoder.encode(character)) symbols[count++] = this.#byteIds[byte]!;
    }
    return count;
  }

  /** Id of the character at a place; of U+FFFD for half a surrogate pair. */
  #idAt(text: string, at: number): number {
    const unit = text.charCodeAt(at);
    if (unit >> 11 !== 0x1b) return this.#units[unit]!;
    const code = text.codePointAt(at)!;
    return (code > 0xffff ? this.#astral.get(code) : this.#units[0xfffd]) ?? -1;
  }

  /** Length of the user-defined piece at a place; 0 for none. */
  #definedAt(text: string, at: number): number {
    if (this.#starts[text.charCodeAt(at)] !== 1) return 0;
    this.#defined.lastIndex = at;
    return this.#defined.exec(text)?.[0].length ?? 0;
  }
}

/** A text as a regular expression for it. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
