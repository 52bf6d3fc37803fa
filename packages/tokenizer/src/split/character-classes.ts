/** Classes of a character in split patterns, as bits. */
export const letter = 1;
export const digit = 2;
export const space = 4;
export const newline = 8;

const patterns = [
  [/\p{L}/u, letter],
  [/\p{N}/u, digit],
  [/\p{White_Space}/u, space],
  [/[\r\n]/, newline],
] as const;

/** Classes of code points, worked out for blocks of 256 when text first needs them. */
export class CharacterClasses {
  readonly #blocks: (Uint8Array | undefined)[] = [];

  of(code: number): number {
    return (this.#blocks[code >> 8] ?? this.#work(code >> 8))[code & 0xff]!;
  }

  #work(block: number): Uint8Array {
    const classes = new Uint8Array(256);
    for (let i = 0; i < 256; i++) {
      const character = String.fromCodePoint((block << 8) | i);
      for (const [pattern, bit] of patterns) if (pattern.test(character)) classes[i]! |= bit;
    }
    this.#blocks[block] = classes;
    return classes;
  }
}
