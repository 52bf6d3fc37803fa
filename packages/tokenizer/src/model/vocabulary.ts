import { ByteStrings } from './byte-strings.js';

/** What a piece is; the numbers are those of SentencePiece's files. */
export const pieceKind = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** `▁`, which SentencePiece writes for a space. */
export const spaceMark = '\u2581';

const encoder = new TextEncoder();

/**
 * The tokens of a vocabulary by id. A byte-level one has byte strings, spelt in GPT-2's alphabet: visible Latin-1 characters stand
 * for themselves, the other 68 bytes for U+0100 and up. Any other has pieces of text with `▁` for a space and `<0x41>` for a byte.
 */
export class Vocabulary {
  readonly byteLevel: boolean;
  readonly entries: ByteStrings;
  /** All bytes in the order GPT-2 numbers them: visible ones first. */
  readonly byteOrder: readonly number[];
  readonly #kinds: Uint8Array;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Character of each byte, and byte of each character; 0x100 for none. */
  readonly #characters: string[] = [];
  readonly #bytes = new Uint16Array(0x144).fill(0x100);
  /** Where spellings are written, see `write`. */
  scratch = new Uint8Array(1024);

  constructor(byteLevel: boolean, entries: number, bytes: number) {
    this.byteLevel = byteLevel;
    this.entries = new ByteStrings(entries, bytes);
    this.#kinds = new Uint8Array(entries);
    const visible: number[] = [];
    const others: number[] = [];
    for (let byte = 0; byte < 256; byte++) {
      const shown = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
      const unit = shown ? byte : 0x100 + others.length;
      (shown ? visible : others).push(byte);
      this.#characters.push(String.fromCharCode(unit));
      this.#bytes[unit] = byte;
    }
    this.byteOrder = [...visible, ...others];
  }

  get count(): number {
    return this.entries.count;
  }

  /** Writes the bytes a spelling stands for into `scratch` at `at` and returns where they end; -1 when it stands for none. */
  write(spelling: string, at = 0): number {
    if (at + 3 * spelling.length > this.scratch.length) {
      const larger = new Uint8Array(2 * (at + 3 * spelling.length));
      larger.set(this.scratch);
      this.scratch = larger;
    }
    const { scratch } = this;
    if (!this.byteLevel) return at + encoder.encodeInto(spelling, scratch.subarray(at)).written;
    for (let i = 0; i < spelling.length; i++) {
      const byte = this.#bytes[spelling.charCodeAt(i)] ?? 0x100;
      if (byte > 0xff) return -1;
      scratch[at++] = byte;
    }
    return at;
  }

  /** Appends a token given by bytes and returns its id. */
  add(source: Uint8Array, from: number, to: number, kind: number = pieceKind.normal): number {
    this.#kinds[this.count] = kind;
    return this.entries.add(source, from, to, kind !== pieceKind.unused);
  }

  /** Appends a token by its spelling, or a hole. One the alphabet cannot write is kept as text and never found. */
  addSpelling(spelling = ''): number {
    const end = this.write(spelling);
    if (end > 0)
      return this.add(
        this.scratch,
        0,
        end,
        !this.byteLevel && isByte(spelling) ? pieceKind.byte : pieceKind.normal,
      );
    const text = encoder.encode(spelling);
    return this.add(text, 0, text.length, pieceKind.unused);
  }

  kind(id: number): number {
    return this.#kinds[id]!;
  }

  /** Id of a spelling; -1 for none. */
  find(spelling: string): number {
    const end = this.write(spelling);
    return end < 0 ? -1 : this.entries.find(this.scratch, 0, end);
  }

  spelling(id: number): string {
    const bytes = this.entries.get(id);
    if (!this.byteLevel) return this.#decoder.decode(bytes);
    return Array.from(bytes, (byte) => this.#characters[byte]).join('');
  }

  /** The bytes a token puts into a text: none for control pieces, ` ⁇ ` for SentencePiece's unknown one. */
  text(id: number): Uint8Array {
    const kind = this.kind(id);
    if (this.byteLevel) return this.entries.get(id);
    const spelling = this.spelling(id);
    if (kind === pieceKind.byte) return Uint8Array.of(Number.parseInt(spelling.slice(3), 16));
    if (kind === pieceKind.control) return new Uint8Array();
    return encoder.encode(kind === pieceKind.unknown ? ' \u2047 ' : spelling.replaceAll(spaceMark, ' '));
  }
}

function isByte(spelling: string): boolean {
  return /^<0x[\dA-F]{2}>$/i.test(spelling);
}
