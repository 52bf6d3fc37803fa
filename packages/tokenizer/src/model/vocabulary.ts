import { unreadable } from '../error.js';
import { type ByteStrings, byteStrings } from './byte-strings.js';
import { control, normal, oneByte, unknown, unused } from './piece-kind.js';

/** `▁`, which SentencePiece writes for a space. */
export const spaceMark = '\u2581';

/**
 * The tokens of a vocabulary by id. A byte-level one has byte strings, spelt in GPT-2's alphabet: visible Latin-1 characters stand
 * for themselves, the other 68 bytes for U+0100 and up. Any other has pieces of text with `▁` for a space and `<0x41>` for a byte.
 */
export interface Vocabulary {
  readonly byteLevel: boolean;
  readonly entries: ByteStrings;
  /** The character that spells each byte. */
  readonly characters: readonly string[];
  /** Where spellings are written, see `write`. */
  readonly scratch: Uint8Array;
  /** Writes the bytes a spelling stands for into `scratch` at `at` and returns where they end; -1 when it stands for none, or for far too many. */
  write(spelling: string, at?: number): number;
  /** Appends a token given by bytes and returns its id, or that of an equal one. */
  add(source: Uint8Array, from: number, to: number, kind?: number): number;
  /** Appends a token by its spelling, or a hole. One the alphabet cannot write is kept as text and never found. */
  addSpelling(spelling?: string): number;
  /**
   * The ids of the 256 bytes.
   *
   * @throws `tokenizer-unreadable` when one has none
   */
  byteIds(file: string): readonly number[];
  kind(id: number): number;
  /** Id of a spelling; -1 for none. */
  find(spelling: string): number;
  spelling(id: number): string;
  /** The bytes a token puts into a text: none for control pieces, ` ⁇ ` for SentencePiece's unknown one. */
  text(id: number): Uint8Array;
}

/** An empty vocabulary with room for so many tokens and bytes. */
export function makeVocabulary(byteLevel: boolean, size: number, bytes: number): Vocabulary {
  const entries = byteStrings(size, bytes);
  const kinds = new Uint8Array(size);
  const scratch = new Uint8Array(2 ** 16);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Byte of each character; 0x100 for none. */
  const byteOf = new Uint16Array(0x144).fill(0x100);
  let other = 0x100;
  const characters = Array.from({ length: 256 }, (_, byte) => {
    const shown = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    const unit = shown ? byte : other++;
    byteOf[unit] = byte;
    return String.fromCharCode(unit);
  });
  const write = (spelling: string, at = 0): number => {
    if (at + 3 * spelling.length > scratch.length) return -1;
    if (!byteLevel) return at + encoder.encodeInto(spelling, scratch.subarray(at)).written;
    let end = at;
    for (let i = 0; i < spelling.length; i++) {
      const byte = byteOf[spelling.charCodeAt(i)] ?? 0x100;
      if (byte > 0xff) return -1;
      scratch[end++] = byte;
    }
    return end;
  };
  const add = (source: Uint8Array, from: number, to: number, kind = normal): number => {
    const id = entries.add(source, from, to, kind !== unused);
    if (id + 1 === entries.count) kinds[id] = kind;
    return id;
  };
  const find = (spelling: string): number => {
    const end = write(spelling);
    return end < 0 ? -1 : entries.find(scratch, 0, end);
  };
  const spelling = (id: number): string => {
    const spelt = entries.get(id);
    return byteLevel ? Array.from(spelt, (byte) => characters[byte]).join('') : decoder.decode(spelt);
  };
  return {
    byteLevel,
    entries,
    characters,
    scratch,
    write,
    add,
    addSpelling(spelt = '') {
      const end = write(spelt);
      if (end > 0)
        return add(scratch, 0, end, !byteLevel && /^<0x[\dA-F]{2}>$/.test(spelt) ? oneByte : normal);
      const text = encoder.encode(spelt);
      return add(text, 0, text.length, unused);
    },
    byteIds: (file) =>
      characters.map((character, byte) => {
        const hex = (byte + 256).toString(16).slice(1).toUpperCase();
        const token = byteLevel ? character : `<0x${hex}>`;
        const id = find(token);
        if (id < 0) throw unreadable(file, token, 'a token for each byte');
        return id;
      }),
    kind: (id) => kinds[id]!,
    find,
    spelling,
    text(id) {
      const kind = kinds[id];
      if (byteLevel) return entries.get(id);
      const spelt = spelling(id);
      if (kind === oneByte) return Uint8Array.of(Number.parseInt(spelt.slice(3), 16));
      return encoder.encode(
        kind === control ? '' : kind === unknown ? ' \u2047 ' : spelt.replaceAll(spaceMark, ' '),
      );
    },
  };
}
