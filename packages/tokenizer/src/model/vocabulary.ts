import { type ByteAlphabet, byteAlphabet } from '../bytes/byte-alphabet.js';
import { ByteStrings } from '../bytes/byte-strings.js';

/** What a piece is; the numbers are those of SentencePiece's files. */
export const pieceKind = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** The tokens of a vocabulary by id: their bytes, their kinds and how the vocabulary spells them. */
export interface Vocabulary {
  readonly count: number;
  /** Whether `▁` is a space in it. */
  readonly marksSpaces: boolean;
  /** The bytes that stand for a token in `entries`: of byte-level vocabularies the text itself, of others the spelling. */
  readonly entries: ByteStrings;
  kind(id: number): number;
  spelling(id: number): string;
  /** Id of a spelling; -1 for none. */
  find(spelling: string): number;
  /** The bytes a token puts into the text. */
  text(id: number): Uint8Array;
}

/** A byte-level vocabulary: every token is a byte string, spelt in GPT-2's alphabet. */
export class ByteVocabulary implements Vocabulary {
  readonly marksSpaces = false;
  readonly entries: ByteStrings;
  readonly alphabet: ByteAlphabet = byteAlphabet();
  /** Spellings that the alphabet cannot write, by id. */
  readonly #foreign = new Map<number, string>();

  constructor(entries: number) {
    this.entries = new ByteStrings(entries, 8 * entries);
  }

  get count(): number {
    return this.entries.count;
  }

  /** Appends a token as the alphabet spells it. */
  add(spelling: string): number {
    const bytes = this.#bytesOf(spelling);
    if (bytes) return this.entries.add(bytes, 0, bytes.length);
    const text = new TextEncoder().encode(spelling);
    this.#foreign.set(this.count, spelling);
    return this.entries.add(text, 0, text.length, false);
  }

  kind(): number {
    return pieceKind.normal;
  }

  spelling(id: number): string {
    const foreign = this.#foreign.get(id);
    if (foreign !== undefined) return foreign;
    let spelling = '';
    for (const byte of this.entries.get(id)) spelling += this.alphabet.characters[byte]!;
    return spelling;
  }

  find(spelling: string): number {
    const bytes = this.#bytesOf(spelling);
    if (bytes) return this.entries.find(bytes, 0, bytes.length);
    for (const [id, foreign] of this.#foreign) if (foreign === spelling) return id;
    return -1;
  }

  text(id: number): Uint8Array {
    return this.entries.get(id);
  }

  #bytesOf(spelling: string): Uint8Array | undefined {
    const bytes = new Uint8Array(spelling.length);
    for (let i = 0; i < spelling.length; i++) {
      const byte = this.alphabet.bytes[spelling.charCodeAt(i)] ?? -1;
      if (byte < 0) return undefined;
      bytes[i] = byte;
    }
    return bytes;
  }
}

/** `▁`, which SentencePiece writes for a space. */
export const spaceMark = '\u2581';

/** A vocabulary of text pieces in which `▁` is a space and `<0x41>` may be a byte. */
export class PieceVocabulary implements Vocabulary {
  readonly marksSpaces = true;
  readonly entries: ByteStrings;
  #kinds: Uint8Array;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(entries: number) {
    this.entries = new ByteStrings(entries, 10 * entries);
    this.#kinds = new Uint8Array(Math.max(1, entries));
  }

  get count(): number {
    return this.entries.count;
  }

  /** Appends a piece given as UTF-8. */
  add(source: Uint8Array, from: number, to: number, kind: number): number {
    const id = this.entries.add(source, from, to);
    if (id >= this.#kinds.length) {
      const kinds = new Uint8Array(2 * id);
      kinds.set(this.#kinds);
      this.#kinds = kinds;
    }
    this.#kinds[id] = kind;
    return id;
  }

  kind(id: number): number {
    return this.#kinds[id]!;
  }

  spelling(id: number): string {
    return this.#decoder.decode(this.entries.get(id));
  }

  find(spelling: string): number {
    const bytes = this.#encoder.encode(spelling);
    return this.entries.find(bytes, 0, bytes.length);
  }

  /** Nothing for control pieces; the byte of a byte piece; ` ⁇ ` for the unknown piece, as SentencePiece writes it. */
  text(id: number): Uint8Array {
    const kind = this.#kinds[id]!;
    if (kind === pieceKind.control) return new Uint8Array();
    if (kind === pieceKind.byte) return Uint8Array.of(byteOf(this.spelling(id)));
    if (kind === pieceKind.unknown) return this.#encoder.encode(' \u2047 ');
    return this.#encoder.encode(this.spelling(id).replaceAll(spaceMark, ' '));
  }
}

/** The byte that a spelling such as `<0x0A>` stands for; -1 for another spelling. */
export function byteOf(spelling: string): number {
  return /^<0x[\dA-Fa-f]{2}>$/.test(spelling) ? Number.parseInt(spelling.slice(3, 5), 16) : -1;
}
