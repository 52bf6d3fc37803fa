import { checkDeclared, type DecodedImage, decodeError, notices } from './decoded.js';

/**
 * Reads bytes of a GIF in order; running out of them is an `image-truncated`.
 */
class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw decodeError('gif', this.bytes, true);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  /** The next data block; an empty one ends a list of them. */
  block(): Uint8Array {
    return this.take(this.byte());
  }
}

/** Undoes GIF's LZW until `pixels` indices are there. */
function unpack(reader: Reader, pixels: number): Uint8Array {
  const indices = new Uint8Array(pixels);
  const minimum = reader.byte();
  if (minimum < 1 || minimum > 11) throw decodeError('gif', reader.bytes, false);
  const clear = 1 << minimum;
  const prefix = new Uint16Array(4096);
  const suffix = new Uint8Array(4096);
  const lengths = new Uint16Array(4096).fill(1, 0, clear);
  for (let code = 0; code < clear; code++) suffix[code] = code;
  let block = reader.block();
  let position = 0;
  let buffer = 0;
  let bits = 0;
  let width = minimum + 1;
  let next = clear + 2;
  let last = -1;
  let at = 0;
  while (at < pixels) {
    while (bits < width) {
      if (position === block.length) {
        block = reader.block();
        position = 0;
        if (block.length === 0) throw decodeError('gif', reader.bytes, true);
      }
      buffer |= block[position++]! << bits;
      bits += 8;
    }
    const code = buffer & ((1 << width) - 1);
    buffer >>>= width;
    bits -= width;
    if (code === clear) {
      width = minimum + 1;
      next = clear + 2;
      last = -1;
      continue;
    }
    if (code === clear + 1) throw decodeError('gif', reader.bytes, true);
    if (code > next || (code === next && last < 0) || (last < 0 && code >= clear)) {
      throw decodeError('gif', reader.bytes, false);
    }
    // A code that is about to be defined repeats the last string with its own first index behind it.
    const known = code < next ? code : last;
    const length = lengths[known]!;
    let walk = known;
    for (let k = length - 1; k >= 0; k--) {
      if (at + k < pixels) indices[at + k] = suffix[walk]!;
      if (k > 0) walk = prefix[walk]!;
    }
    const head = suffix[walk]!;
    if (code === next && at + length < pixels) indices[at + length] = head;
    at += length + Number(code === next);
    if (last >= 0 && next < 4096) {
      prefix[next] = last;
      suffix[next] = head;
      lengths[next] = lengths[last]! + 1;
      next++;
      if (next === 1 << width && width < 12) width++;
    }
    last = code;
  }
  while (block.length > 0) block = reader.block();
  return indices;
}

/** Row of the image that the `index`-th stored row of an interlaced one is. */
function interlacedRow(index: number, height: number): number {
  let stored = index;
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const) {
    const rows = Math.max(0, Math.ceil((height - first) / step));
    if (stored < rows) return first + stored * step;
    stored -= rows;
  }
  return index;
}

/** Counts the frames behind the first one; damage there changes nothing that was read. */
function countFrames(reader: Reader): number {
  let frames = 0;
  try {
    for (;;) {
      const kind = reader.byte();
      if (kind === 0x3b) return frames;
      if (kind === 0x2c) {
        const flags = reader.take(9)[8]!;
        if (flags & 0x80) reader.take(6 << (flags & 7));
        frames++;
      }
      if (kind === 0x2c || kind === 0x21) {
        reader.byte();
        while (reader.block().length > 0);
      }
    }
  } catch {
    return frames;
  }
}

/**
 * The first frame of a GIF as Pillow's `convert('RGB')` gives it: transparent pixels have the colour the palette
 * gives their index, and what the frame leaves uncovered has the transparent colour, else the first one.
 *
 * @throws `image-truncated`, `image-unreadable`, `image-empty`, `image-too-large`.
 * @see GIF89a specification; Pillow's `GifImagePlugin.py`.
 */
export function decodeGif(bytes: Uint8Array, maxPixels: number): DecodedImage {
  const reader = new Reader(bytes);
  const screen = reader.take(13);
  // Pillow shows indices as grey while no palette says otherwise, and as black where a palette ends before them.
  const greys = Uint8Array.from({ length: 768 }, (_, index) => Math.floor(index / 3));
  let palette = greys;
  const readPalette = (flags: number) => {
    if (!(flags & 0x80)) return;
    const colours = reader.take(6 << (flags & 7));
    palette = greys;
    if (colours.every((value, index) => value === greys[index])) return;
    palette = new Uint8Array(768);
    palette.set(colours);
  };
  readPalette(screen[10]!);
  let transparent: number | undefined;
  for (let kind = reader.byte(); kind !== 0x2c; kind = reader.byte()) {
    if (kind === 0x3b) throw decodeError('gif', bytes, false);
    if (kind !== 0x21) continue;
    const label = reader.byte();
    for (let block = reader.block(); block.length > 0; block = reader.block()) {
      if (label === 0xf9 && block.length >= 4 && block[0]! & 1) transparent = block[3]!;
    }
  }
  const frame = reader.take(9);
  const u16 = (from: Uint8Array, at: number) => from[at]! + from[at + 1]! * 256;
  const [left, top] = [u16(frame, 0), u16(frame, 2)];
  const [across, down] = [u16(frame, 4), u16(frame, 6)];
  const width = Math.max(u16(screen, 6), left + across);
  const height = Math.max(u16(screen, 8), top + down);
  checkDeclared({ width, height }, maxPixels);
  checkDeclared({ width: across, height: down }, maxPixels);
  readPalette(frame[8]!);
  const indices = unpack(reader, across * down);

  const image = { data: new Uint8Array(width * height * 3), width, height };
  const paint = (pixel: number, index: number) => {
    image.data[pixel * 3] = palette[index * 3]!;
    image.data[pixel * 3 + 1] = palette[index * 3 + 1]!;
    image.data[pixel * 3 + 2] = palette[index * 3 + 2]!;
  };
  if (across * down < width * height) {
    for (let pixel = 0; pixel < width * height; pixel++) paint(pixel, transparent ?? 0);
  }
  for (let row = 0; row < down; row++) {
    const y = top + (frame[8]! & 0x40 ? interlacedRow(row, down) : row);
    for (let x = 0; x < across; x++) paint(y * width + left + x, indices[row * across + x]!);
  }
  const frames = 1 + countFrames(reader);
  return {
    ...image,
    format: 'gif',
    frames,
    notices: [
      ...(frames > 1 ? [notices.firstFrame(frames)] : []),
      ...(transparent === undefined ? [] : [notices.alpha]),
    ],
  };
}
