/** One element of a list, as bytes. */
export interface JsonElement {
  /** Key of the root object whose list it is in; `''` where the root is the list. */
  readonly key: string;
  /** In its list, from 0. */
  readonly index: number;
  /** Where it begins. */
  readonly line: number;
  readonly byteOffset: number;
  /** Empty when `tooLong`. */
  readonly bytes: Uint8Array;
  readonly tooLong?: true;
}

const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

type Mode = 'before' | 'key' | 'colon' | 'value' | 'list' | 'element' | 'between' | 'after';

/**
 * Finds the elements of a JSON list in a stream of bytes without holding the list: of the root, or of the lists that
 * are values of the root object. Elements come as bytes for `JSON.parse`, which judges them; the scanner knows strings
 * and nesting, no more.
 */
export class ElementScanner {
  readonly #mostBytes: number;
  #mode: Mode = 'before';
  #inObject = false;
  #key = '';
  #index = 0;
  #line = 1;
  #position = 0;
  /** Of the element, key or skipped value that is being read. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #tooLong = false;
  #start = { line: 1, byteOffset: 0 };

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** What the end of the input means: undefined for a whole document. */
  get unfinished(): 'empty' | 'no-list' | 'cut' | undefined {
    if (this.#mode === 'after') return undefined;
    if (this.#mode === 'before') return this.#position === 0 || this.#onlyBlanks ? 'empty' : 'no-list';
    return 'cut';
  }
  #onlyBlanks = true;

  push(bytes: Uint8Array): JsonElement[] {
    const found: JsonElement[] = [];
    let from = 0;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] ?? 0;
      if (byte === 10) this.#line++;
      if (this.#mode === 'element' || this.#mode === 'key' || this.#mode === 'value') {
        const end = this.#inside(byte);
        if (end === 'no') continue;
        const last = end === 'with' ? index + 1 : index;
        this.#hold(bytes.subarray(from, last));
        if (this.#mode === 'element') {
          found.push(this.#element());
          this.#mode = 'between';
        } else if (this.#mode === 'key') {
          this.#key = this.#keyText();
          this.#mode = 'colon';
        } else this.#mode = 'between';
        this.#release();
        if (end === 'with') continue;
        // The byte behind a number or word is looked at again, outside it.
      }
      if (byte <= SPACE || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
      this.#onlyBlanks = false;
      switch (this.#mode) {
        case 'before':
          if (byte === OPEN_LIST) this.#openList('');
          else if (byte === OPEN_OBJECT) {
            this.#inObject = true;
            this.#mode = 'between';
            this.#key = '';
          } else return found;
          break;
        case 'colon':
          if (byte === COLON) break;
          if (byte === OPEN_LIST) this.#openList(this.#key);
          else {
            this.#begin('value', index, byte);
            from = index;
          }
          break;
        case 'list':
        case 'between': {
          const inList = this.#mode === 'list' || this.#listOpen;
          if (byte === COMMA) break;
          if (inList && byte === CLOSE_LIST) {
            this.#listOpen = false;
            this.#mode = this.#inObject ? 'between' : 'after';
          } else if (!inList && byte === CLOSE_OBJECT) this.#mode = 'after';
          else if (inList || byte === QUOTE) {
            this.#begin(inList ? 'element' : 'key', index, byte);
            from = index;
          }
          break;
        }
        case 'after':
          return found;
      }
    }
    if (this.#mode === 'element' || this.#mode === 'key' || this.#mode === 'value')
      this.#hold(bytes.slice(from));
    this.#position += bytes.length;
    return found;
  }
  #listOpen = false;

  #openList(key: string): void {
    this.#key = key;
    this.#index = 0;
    this.#listOpen = true;
    this.#mode = 'list';
  }

  #begin(mode: 'element' | 'key' | 'value', index: number, byte: number): void {
    this.#mode = mode;
    this.#start = { line: this.#line, byteOffset: this.#position + index };
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#inside(byte);
  }

  /** Takes a byte of a value; says whether the value ends with it, before it, or not. */
  #inside(byte: number): 'no' | 'with' | 'before' {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        if (this.#depth === 0) return 'with';
      }
      return 'no';
    }
    switch (byte) {
      case QUOTE:
        this.#inString = true;
        return 'no';
      case OPEN_OBJECT:
      case OPEN_LIST:
        this.#depth++;
        return 'no';
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        if (this.#depth === 0) return 'before';
        this.#depth--;
        return this.#depth === 0 ? 'with' : 'no';
      case COMMA:
        return this.#depth === 0 ? 'before' : 'no';
      default:
        return 'no';
    }
  }

  #hold(piece: Uint8Array): void {
    if (this.#mode === 'value' || this.#tooLong) return;
    if (this.#heldBytes + piece.length > this.#mostBytes) {
      this.#release();
      this.#tooLong = true;
      return;
    }
    this.#held.push(piece);
    this.#heldBytes += piece.length;
  }

  #release(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#tooLong = false;
  }

  #bytes(): Uint8Array {
    const [only] = this.#held;
    if (this.#held.length === 1 && only !== undefined) return only;
    const bytes = new Uint8Array(this.#heldBytes);
    let filled = 0;
    for (const piece of this.#held) {
      bytes.set(piece, filled);
      filled += piece.length;
    }
    return bytes;
  }

  #element(): JsonElement {
    const place = { key: this.#key, index: this.#index++, ...this.#start };
    return this.#tooLong
      ? { ...place, bytes: new Uint8Array(0), tooLong: true }
      : { ...place, bytes: this.#bytes() };
  }

  #keyText(): string {
    try {
      const key: unknown = JSON.parse(new TextDecoder().decode(this.#bytes()));
      return typeof key === 'string' ? key : '';
    } catch {
      return '';
    }
  }
}
