/**
 * The printable spelling of bytes in byte-level vocabularies (GPT-2): visible Latin-1 characters stand for themselves, the
 * other 68 bytes for U+0100 and up, in order.
 */
export interface ByteAlphabet {
  /** The 256 characters, by byte. */
  readonly characters: readonly string[];
  /** The byte a character stands for, by UTF-16 unit; -1 for none. */
  readonly bytes: Int16Array;
  /** All bytes in the order GPT-2 numbers them: visible ones first. */
  readonly order: readonly number[];
}

export function byteAlphabet(): ByteAlphabet {
  const bytes = new Int16Array(0x144).fill(-1);
  const characters: string[] = [];
  const visible: number[] = [];
  const others: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const shown = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    const unit = shown ? byte : 0x100 + others.length;
    (shown ? visible : others).push(byte);
    characters.push(String.fromCharCode(unit));
    bytes[unit] = byte;
  }
  return { characters, bytes, order: [...visible, ...others] };
}
