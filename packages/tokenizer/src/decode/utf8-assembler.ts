import type { DecodeRules } from '../rules.js';

const replacement = '\ufffd';

/** Puts characters together from bytes that come in any portions. */
export class Utf8Assembler {
  readonly #invalid: DecodeRules['invalid'];
  #bytes: number[] = [];

  constructor(invalid: DecodeRules['invalid']) {
    this.#invalid = invalid;
  }

  /** Whether bytes wait for more. */
  get pending(): boolean {
    return this.#bytes.length > 0;
  }

  /** The characters that are complete, and certain, with these bytes. */
  push(bytes: Uint8Array): string {
    for (const byte of bytes) this.#bytes.push(byte);
    return this.#invalid === 'run' ? '' : this.#take(false);
  }

  /** What is left when no further byte comes; the assembler is empty afterwards. */
  flush(): string {
    if (this.#bytes.length === 0) return '';
    if (this.#invalid !== 'run') return this.#take(true);
    const count = this.#bytes.length;
    const text = this.#take(true);
    return this.#broken ? replacement.repeat(count) : text;
  }

  /** Whether the last `#take` met invalid bytes. */
  #broken = false;

  #take(final: boolean): string {
    const bytes = this.#bytes;
    let text = '';
    let at = 0;
    this.#broken = false;
    while (at < bytes.length) {
      const first = bytes[at]!;
      const length =
        first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
      let have = 1;
      while (have < length && at + have < bytes.length && continues(first, have, bytes[at + have]!)) have++;
      if (length > 0 && have === length) {
        text += String.fromCodePoint(codePoint(bytes, at, length));
        at += length;
      } else if (length > 0 && at + have === bytes.length && !final) break;
      else {
        text += replacement;
        this.#broken = true;
        at += this.#invalid === 'byte' ? 1 : have;
      }
    }
    this.#bytes = at < bytes.length ? bytes.slice(at) : [];
    return text;
  }
}

/** Whether `byte` may stand at `index` of a character that starts with `first`: no overlong forms, no surrogates, no more than U+10FFFF. */
function continues(first: number, index: number, byte: number): boolean {
  if (index > 1) return byte >= 0x80 && byte < 0xc0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0xa0 : first === 0xf4 ? 0x90 : 0xc0;
  return byte >= low && byte < high;
}

function codePoint(bytes: readonly number[], at: number, length: number): number {
  let code = length === 1 ? bytes[at]! : bytes[at]! & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) code = (code << 6) | (bytes[at + i]! & 0x3f);
  return code;
}
