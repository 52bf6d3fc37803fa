import type { Rules } from '../rules.js';

const replacement = '\ufffd';

/** Puts characters together from bytes that come in any portions. */
export class Utf8Assembler {
  readonly #invalid: Rules['invalid'];
  #bytes: number[] = [];

  constructor(invalid: Rules['invalid']) {
    this.#invalid = invalid;
  }

  /** The characters that are complete, and certain, with these bytes. */
  push(bytes: Uint8Array): string {
    for (const byte of bytes) this.#bytes.push(byte);
    return this.#invalid === 'run' ? '' : this.#take(false);
  }

  /** What is left when no further byte comes; the assembler is empty afterwards. */
  flush(): string {
    return this.#bytes.length > 0 ? this.#take(true) : '';
  }

  #take(final: boolean): string {
    const bytes = this.#bytes;
    let text = '';
    let at = 0;
    let broken = false;
    while (at < bytes.length) {
      const first = bytes[at]!;
      const length =
        first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
      let code = length === 1 ? first : first & (0x7f >> length);
      let have = 1;
      while (have < length && at + have < bytes.length && continues(first, have, bytes[at + have]!)) {
        code = (code << 6) | (bytes[at + have++]! & 0x3f);
      }
      if (length > 0 && have < length && at + have === bytes.length && !final) break;
      const whole = have === length;
      broken ||= !whole;
      text += whole ? String.fromCodePoint(code) : replacement;
      at += whole || this.#invalid !== 'byte' ? have : 1;
    }
    this.#bytes = bytes.slice(at);
    return broken && this.#invalid === 'run' ? replacement.repeat(at) : text;
  }
}

/** Whether `byte` may stand at `index` of a character that starts with `first`: no overlong forms, no surrogates, no more than U+10FFFF. */
function continues(first: number, index: number, byte: number): boolean {
  const second = index === 1;
  const low = second && first === 0xe0 ? 0xa0 : second && first === 0xf0 ? 0x90 : 0x80;
  const high = second && first === 0xed ? 0xa0 : second && first === 0xf4 ? 0x90 : 0xc0;
  return byte >= low && byte < high;
}
