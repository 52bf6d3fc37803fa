/** A line, or why there is none. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line feed. For a line that is not UTF-8: decoded with U+FFFD; for one too long: its start. */
  readonly text: string;
  readonly problem?: 'utf8-invalid' | 'line-too-long';
  /** Above 0: this many empty lines in a row, of which this is the first. */
  readonly blank?: number;
  /** The bytes of a line that is not UTF-8. */
  readonly raw?: Uint8Array;
  /** `utf8-invalid`: offset of the first wrong byte in the line. `line-too-long`: its length. In bytes. */
  readonly bytes?: number;
}

export interface LineOptions {
  /** Longest line that is read, in bytes. */
  readonly maxLineBytes: number;
}

const LINE_FEED = 10;
const KEPT_OF_LONG = 256;
const BLOCK = 1 << 18;

/**
 * The lines of a stream of bytes, some hundred at a time. Memory is bounded by `maxLineBytes` and the pieces that come: a longer
 * line is passed over to its end. A last line without a line feed counts.
 */
export async function* lineBlocks(
  pieces: AsyncIterable<Uint8Array>,
  { maxLineBytes }: LineOptions,
): AsyncGenerator<readonly Line[], void, undefined> {
  const decode = blockDecoder();
  let number = 1;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  /** Start and length so far of a line too long that is going by. */
  let long: { readonly start: Uint8Array; bytes: number } | undefined;

  const takeHeld = (): Uint8Array => {
    const all = joined(held, heldBytes);
    held = [];
    heldBytes = 0;
    return all;
  };
  const longLine = ({ start, bytes }: { readonly start: Uint8Array; readonly bytes: number }): Line => ({
    number: number++,
    text: new TextDecoder().decode(start),
    problem: 'line-too-long',
    bytes,
  });

  for await (const whole of pieces) {
    for (let begin = 0; begin < whole.length; begin += BLOCK) {
      const piece = whole.subarray(begin, begin + BLOCK);
      const lines: Line[] = [];
      let from = 0;
      if (long !== undefined || heldBytes > 0) {
        const end = piece.indexOf(LINE_FEED);
        const tail = piece.subarray(0, end < 0 ? piece.length : end);
        from = end < 0 ? piece.length : end + 1;
        if (long !== undefined) {
          long.bytes += tail.length;
          if (end >= 0) {
            lines.push(longLine(long));
            long = undefined;
          }
        } else {
          // A copy: the source may reuse its buffer.
          held.push(tail.slice());
          heldBytes += tail.length;
          if (end >= 0) number = decode(takeHeld(), number, maxLineBytes, lines);
        }
      }
      const last = piece.lastIndexOf(LINE_FEED);
      if (last >= from) {
        number = decode(piece.subarray(from, last), number, maxLineBytes, lines);
        from = last + 1;
      }
      if (from < piece.length) {
        held.push(piece.slice(from));
        heldBytes += piece.length - from;
      }
      if (heldBytes > maxLineBytes) {
        const bytes = heldBytes;
        long = { start: takeHeld().slice(0, KEPT_OF_LONG), bytes };
      }
      if (lines.length > 0) yield lines;
    }
  }
  if (long !== undefined) yield [longLine(long)];
  else if (heldBytes > 0) {
    const lines: Line[] = [];
    decode(takeHeld(), number, maxLineBytes, lines);
    yield lines;
  }
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * Decodes a block at once, which costs a fraction of decoding line by line; only a block with wrong bytes is gone through
 * line by line.
 */
function blockDecoder() {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

  const decodeLine = (bytes: Uint8Array, number: number, maxLineBytes: number): Line => {
    if (bytes.length > maxLineBytes) {
      const text = lenient.decode(bytes.subarray(0, KEPT_OF_LONG));
      return { number, text, problem: 'line-too-long', bytes: bytes.length };
    }
    const wrong = firstWrongByte(bytes);
    const text = lenient.decode(bytes);
    return wrong < 0
      ? { number, text }
      : { number, text, problem: 'utf8-invalid', bytes: wrong, raw: bytes.slice() };
  };

  return (bytes: Uint8Array, first: number, maxLineBytes: number, into: Line[]): number => {
    let number = first;
    let text: string | undefined;
    if (bytes.length <= maxLineBytes) {
      try {
        text = strict.decode(bytes);
      } catch {
        text = undefined;
      }
    }
    if (text === undefined) {
      for (let from = 0; from <= bytes.length; number++) {
        const found = bytes.indexOf(LINE_FEED, from);
        const end = found < 0 ? bytes.length : found;
        into.push(decodeLine(bytes.subarray(from, end), number, maxLineBytes));
        from = end + 1;
      }
      return number;
    }
    for (let from = 0; from <= text.length; ) {
      const found = text.indexOf('\n', from);
      const end = found < 0 ? text.length : found;
      if (end > from) {
        into.push({ number, text: text.slice(from, end) });
        number++;
        from = end + 1;
        continue;
      }
      let next = end + 1;
      while (text.charCodeAt(next) === LINE_FEED) next++;
      // Behind the last line feed of the block there is one more line, which is empty as well.
      const blank = next - from + (next === text.length && next > from ? 1 : 0);
      into.push({ number, text: '', blank });
      number += blank;
      from = from + blank;
    }
    return number;
  };
}

/** Offset of the first byte that is no UTF-8 (overlong forms, surrogates and cut characters included); -1 for none. */
export function firstWrongByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at]!;
    const length =
      lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0 || at + length > bytes.length) return at;
    if (length > 1) {
      const second = bytes[at + 1]!;
      const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (second < least || second > most) return at;
      for (let next = 2; next < length; next++) if ((bytes[at + next]! & 0xc0) !== 0x80) return at;
    }
    at += length;
  }
  return -1;
}
