const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** One line of a file, without its end. */
export interface Line {
  /** A view into the piece it came in, good until the next batch is asked for. Empty when `tooLong`. */
  readonly bytes: Uint8Array;
  /** From 1. */
  readonly line: number;
  /** Of its first byte, in bytes from where the stream begins. */
  readonly byteOffset: number;
  /** True when the line was longer than allowed and was passed over. */
  readonly tooLong?: true;
}

export interface LineOptions {
  /** Longer lines are passed over and marked. Default: 64 MiB. */
  readonly mostBytes?: number | undefined;
}

/**
 * Lines in batches, as many as came in one piece of the stream: splitting on bytes and handing lines over together is
 * what keeps a million rows cheap. LF and CRLF end a line; a last line needs no end; a byte order mark is left out.
 * Memory is bounded by `mostBytes` and one piece.
 */
export async function* lineBatches(
  pieces: AsyncIterable<Uint8Array>,
  { mostBytes = 64 * 2 ** 20 }: LineOptions = {},
): AsyncGenerator<readonly Line[], void, undefined> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let line = 1;
  let lineStart = 0;
  let skipping = false;
  let position = 0;

  const finish = (tail: Uint8Array): Line => {
    const byteOffset = lineStart;
    if (skipping || heldBytes + tail.length > mostBytes) {
      return { bytes: new Uint8Array(0), line, byteOffset, tooLong: true };
    }
    let bytes = tail;
    if (heldBytes > 0) {
      bytes = new Uint8Array(heldBytes + tail.length);
      let filled = 0;
      for (const piece of [...held, tail]) {
        bytes.set(piece, filled);
        filled += piece.length;
      }
    }
    if (line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    if (bytes.at(-1) === CARRIAGE_RETURN) bytes = bytes.subarray(0, -1);
    return { bytes, line, byteOffset };
  };

  for await (const piece of pieces) {
    const batch: Line[] = [];
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      batch.push(finish(piece.subarray(start, end)));
      held = [];
      heldBytes = 0;
      skipping = false;
      line++;
      start = end + 1;
      lineStart = position + start;
    }
    const rest = piece.length - start;
    if (rest > 0) {
      if (skipping || heldBytes + rest > mostBytes) {
        skipping = true;
        held = [];
        heldBytes = 1;
      } else {
        // The piece may be reused by whoever gave it.
        held.push(piece.slice(start));
        heldBytes += rest;
      }
    }
    position += piece.length;
    if (batch.length > 0) yield batch;
  }
  if (heldBytes > 0) yield [finish(new Uint8Array(0))];
}
