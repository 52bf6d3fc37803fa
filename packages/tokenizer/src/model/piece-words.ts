import { mergeTable } from './merge-table.js';
import type { Words } from './model.js';
import { normal, userDefined } from './piece-kind.js';
import { spaceMark, type Vocabulary } from './vocabulary.js';

/** UTF-16 units of the character at a place. */
const widthAt = (text: string, at: number): number => (text.codePointAt(at)! > 0xffff ? 2 : 1);

/** A regular expression for any of some texts, the longest first at each place. */
export function anyOf(texts: readonly string[], flags: string): RegExp {
  const sorted = [...texts].sort((a, b) => b.length - a.length);
  return new RegExp(
    sorted.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|') || '(?!)',
    flags,
  );
}

/**
 * Words of a vocabulary of pieces, where a space is `▁` and a whole text is one word. To make that fast, text is cut wherever two
 * neighbouring characters occur side by side in no piece: no merge can cross such a place, so the parts are independent.
 * Characters without a piece are their UTF-8 bytes; user-defined pieces are words of their own, the longest at each place.
 *
 * @throws `tokenizer-unreadable` for a vocabulary without bytes
 */
export function pieceWords(file: string, vocabulary: Vocabulary): Words {
  const encoder = new TextEncoder();
  const byteIds = vocabulary.byteIds(file);
  /** Id of each character, with the space as `▁`. */
  const ids = new Map<number, number>();
  /** Id of the character at a place, -1 for none; of U+FFFD for half a surrogate pair. */
  const idAt = (text: string, at: number): number => {
    const code = text.codePointAt(at)!;
    return ids.get(code >> 11 === 0x1b ? 0xfffd : code) ?? -1;
  };
  const defined: string[] = [];
  const longer: string[] = [];
  for (let id = 0; id < vocabulary.entries.count; id++) {
    const kind = vocabulary.kind(id);
    if (kind !== normal && kind !== userDefined) continue;
    const piece = vocabulary.spelling(id);
    if (kind === userDefined) defined.push(piece);
    else if (piece.length > widthAt(piece, 0)) longer.push(piece);
    else ids.set(piece.codePointAt(0)!, id);
  }
  ids.set(0x20, idAt(spaceMark, 0));
  /** Characters that stand side by side in some piece. */
  const neighbours = mergeTable(2 ** 14);
  for (const piece of longer) {
    let before = -1;
    for (let at = 0; at < piece.length; at += widthAt(piece, at)) {
      const id = idAt(piece, at);
      if (before >= 0 && id >= 0) neighbours.add(before, id, 0, 0);
      before = id;
    }
  }
  // User-defined pieces as text may spell them, and the UTF-16 units they start with.
  const spelt = defined.flatMap((piece) => [piece, piece.replaceAll(spaceMark, ' ')]);
  const starts = new Set(spelt.map((piece) => piece.charCodeAt(0)));
  const pattern = anyOf(spelt, 'y');
  /** Length of the user-defined piece at a place; 0 for none. */
  const definedAt = (text: string, at: number): number => {
    if (!starts.has(text.charCodeAt(at))) return 0;
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0].length ?? 0;
  };

  return {
    next(text, from) {
      let at = from + definedAt(text, from);
      if (at > from) return at;
      for (let before = idAt(text, at); ; ) {
        at += widthAt(text, at);
        if (at >= text.length || definedAt(text, at) > 0) return at;
        const id = idAt(text, at);
        if (before < 0 || id < 0 || neighbours.find(before, id) < 0) return at;
        before = id;
      }
    },
    write(word, symbols) {
      let count = 0;
      if (definedAt(word, 0) > 0) symbols[count++] = vocabulary.find(word.replaceAll(' ', spaceMark));
      else {
        for (const character of word) {
          const id = idAt(character, 0);
          if (id >= 0) symbols[count++] = id;
          else for (const byte of encoder.encode(character)) symbols[count++] = byteIds[byte]!;
        }
      }
      return count;
    },
  };
}
