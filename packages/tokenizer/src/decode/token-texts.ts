import { pieceKind, spaceMark, type Vocabulary } from '../model/vocabulary.js';

/** What each token of the vocabulary puts into a text, worked out when it first comes. */
export class TokenTexts {
  readonly #vocabulary: Vocabulary;
  readonly #texts: (string | null | undefined)[] = [];
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** The text of a token that is whole characters; null when it is bytes that have to be put together, '' outside the vocabulary. */
  text(id: number): string | null {
    const known = this.#texts[id];
    if (known !== undefined) return known;
    if (!(id >= 0 && id < this.#vocabulary.count)) return '';
    const text = this.#work(id);
    this.#texts[id] = text;
    return text;
  }

  bytes(id: number): Uint8Array {
    return this.#vocabulary.text(id);
  }

  /** Whether the vocabulary spells this token with a `▁` in front. */
  spaced(id: number): boolean {
    return (
      this.#vocabulary.kind(id) !== pieceKind.byte && this.#vocabulary.spelling(id).startsWith(spaceMark)
    );
  }

  /** Whether this is SentencePiece's unknown piece, whose text keeps its spaces. */
  unknown(id: number): boolean {
    return this.#vocabulary.kind(id) === pieceKind.unknown;
  }

  #work(id: number): string | null {
    if (this.#vocabulary.kind(id) === pieceKind.byte) return null;
    try {
      return this.#decoder.decode(this.#vocabulary.text(id));
    } catch {
      return null;
    }
  }
}
