import type { Rules } from '../rules.js';

const replacement = '\ufffd';

/**
 * Puts characters together from bytes that come in any portions: gives those that are complete, and certain, with the bytes given. With
 * `final` no further byte comes, and what is left is invalid.
 */
export function utf8Assembler(invalid: Rules['invalid']): (more: Iterable<number>, final: boolean) => string {
  let bytes: number[] = [];
  return (more, final) => {
    bytes = [...bytes, ...more];
    let text = '';
    let at = 0;
    let broken = false;
    while (at < bytes.length && (final || invalid !== 'run')) {
      const first = bytes[at]!;
      const length =
        first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
      let code = length === 1 ? first : first & (0x7f >> length);
      let have = 1;
      for (; have < length && continues(first, have, bytes[at + have]); have++)
        code = (code << 6) | (bytes[at + have]! & 0x3f);
      if (have < length && at + have === bytes.length && !final) break;
      const whole = have === length;
      broken ||= !whole;
      text += whole ? String.fromCodePoint(code) : replacement;
      at += whole || invalid !== 'byte' ? have : 1;
    }
    bytes = bytes.slice(at);
    return broken && invalid === 'run' ? replacement.repeat(at) : text;
  };
}

/** Whether `byte` may stand at `index` of a character that starts with `first`: no overlong forms, no surrogates, no more than U+10FFFF. */
function continues(first: number, index: number, byte = 0): boolean {
  const second = index === 1 ? first : 0;
  const low = second === 0xe0 ? 0xa0 : second === 0xf0 ? 0x90 : 0x80;
  const high = second === 0xed ? 0xa0 : second === 0xf4 ? 0x90 : 0xc0;
  return byte >= low && byte < high;
}
