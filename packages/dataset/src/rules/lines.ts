/** A line, or why there is none. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line feed. For a line that is not UTF-8: decoded with U+FFFD; for one too long: its start. */
  readonly text: string;
  readonly problem?: 'utf8-invalid' | 'line-too-long';
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
  /** Bytes of a line too long that have gone by; 0 when not in one. */
  let passed = 0;
  const start = new Uint8Array(KEPT_OF_LONG);

  const hold = (bytes: Uint8Array): void => {
    if (passed > 0) {
      passed += bytes.length;
      return;
    }
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes <= maxLineBytes) return;
    start.set(joined(held, heldBytes).subarray(0, KEPT_OF_LONG));
    passed = heldBytes;
    held = [];
    heldBytes = 0;
  };
  const longLine = (): Line => {
    const text = new TextDecoder().decode(start.subarray(0, Math.min(passed, KEPT_OF_LONG)));
    const line: Line = { number, text, problem: 'line-too-long', bytes: passed };
    passed = 0;
    number++;
    return line;
  };

  for await (const whole of pieces) {
    for (let from = 0; from < whole.length; from += BLOCK) {
      let piece = whole.subarray(from, from + BLOCK);
      const lines: Line[] = [];
      if (passed > 0 || heldBytes > maxLineBytes - BLOCK) {
        const end = piece.indexOf(LINE_FEED);
        hold(end < 0 ? piece : piece.subarray(0, end));
        if (end < 0) continue;
        piece = piece.subarray(end + 1);
        if (passed > 0) lines.push(longLine());
        else {
          number = decode(joined(held, heldBytes), number, maxLineBytes, lines);
          held = [];
          heldBytes = 0;
        }
      }
      const last = piece.lastIndexOf(LINE_FEED);
      if (last < 0) {
        // A copy: the source may reuse its buffer.
        if (piece.length > 0) hold(piece.slice());
      } else {
        held.push(piece.subarray(0, last));
        number = decode(joined(held, heldBytes + last), number, maxLineBytes, lines);
        held = [];
        heldBytes = 0;
        if (last + 1 < piece.length) hold(piece.slice(last + 1));
      }
      if (lines.length > 0) yield lines;
    }
  }
  if (passed > 0) yield [longLine()];
  else if (heldBytes > 0) {
    const lines: Line[] = [];
    decode(joined(held, heldBytes), number, maxLineBytes, lines);
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
    return wrong < 0 ? { number, text } : { number, text, problem: 'utf8-invalid', bytes: wrong };
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
    for (let from = 0; from <= text.length; number++) {
      const found = text.indexOf('\n', from);
      const end = found < 0 ? text.length : found;
      into.push({ number, text: text.slice(from, end) });
      from = end + 1;
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
