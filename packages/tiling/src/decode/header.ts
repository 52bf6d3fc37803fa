import type { ImageSize } from '../image.js';

/** Formats a decode adapter knows by their first bytes. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff';

/** What the first bytes of a file say. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** Declared size in pixels, sides may be 0; undefined when the bytes end before it or the place is unusual. */
  readonly size?: ImageSize;
}

function text(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Frame headers carry the size: SOF0 to SOF15, without DHT, JPG and DAC that share the range. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function jpegSize(bytes: Uint8Array): ImageSize | undefined {
  const data = view(bytes);
  for (let at = 2; at + 9 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) at += 1;
    else if (isFrameHeader(marker)) return { width: data.getUint16(at + 7), height: data.getUint16(at + 5) };
    else at += 2 + data.getUint16(at + 2);
  }
  return undefined;
}

function webpSize(bytes: Uint8Array): ImageSize | undefined {
  if (bytes.length < 30) return undefined;
  const data = view(bytes);
  const kind = text(bytes, 12, 4);
  if (kind === 'VP8X') {
    const u24 = (at: number) => data.getUint16(at, true) + bytes[at + 2]! * 65536;
    return { width: u24(24) + 1, height: u24(27) + 1 };
  }
  if (kind === 'VP8L') {
    const bits = data.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  return { width: data.getUint16(26, true) & 0x3fff, height: data.getUint16(28, true) & 0x3fff };
}

/** The largest of the `ispe` boxes: an image built of a grid has one for the whole and one for its cells. */
function avifSize(bytes: Uint8Array): ImageSize | undefined {
  const data = view(bytes);
  let largest: ImageSize | undefined;
  for (let at = 16; at + 16 <= Math.min(bytes.length, 65536); at++) {
    if (bytes[at] !== 0x69 || text(bytes, at, 4) !== 'ispe') continue;
    const size = { width: data.getUint32(at + 8), height: data.getUint32(at + 12) };
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}

function tiffSize(bytes: Uint8Array): ImageSize | undefined {
  const data = view(bytes);
  const little = bytes[0] === 0x49;
  const directory = bytes.length >= 8 ? data.getUint32(4, little) : Number.POSITIVE_INFINITY;
  if (directory + 2 > bytes.length) return undefined;
  const sides = new Map<number, number>();
  const entries = data.getUint16(directory, little);
  for (let entry = 0, at = directory + 2; entry < entries && at + 12 <= bytes.length; entry++, at += 12) {
    const short = data.getUint16(at + 2, little) === 3;
    sides.set(
      data.getUint16(at, little),
      short ? data.getUint16(at + 8, little) : data.getUint32(at + 8, little),
    );
  }
  const width = sides.get(256);
  const height = sides.get(257);
  return width === undefined || height === undefined ? undefined : { width, height };
}

function sized(format: ImageFormat, size: ImageSize | undefined): ImageHeader {
  return size ? { format, size } : { format };
}

/**
 * Format and declared size of an encoded image, from its header alone; undefined for anything else. Together with
 * `planTiles` this tells tiles and tokens of an image before a pixel is decoded. EXIF rotation is not applied.
 */
export function readHeader(bytes: Uint8Array): ImageHeader | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return sized('jpeg', jpegSize(bytes));
  const start = text(bytes, 0, 12);
  const data = view(bytes);
  if (start.startsWith('\x89PNG\r\n\x1a\n')) {
    return sized(
      'png',
      bytes.length < 24 ? undefined : { width: data.getUint32(16), height: data.getUint32(20) },
    );
  }
  if (/^GIF8[79]a/.test(start)) {
    // A screen of 0 leaves the size to the first frame.
    const size =
      bytes.length < 10
        ? { width: 0, height: 0 }
        : { width: data.getUint16(6, true), height: data.getUint16(8, true) };
    return sized('gif', size.width * size.height === 0 ? undefined : size);
  }
  if (/^RIFF.{4}WEBP/s.test(start)) return sized('webp', webpSize(bytes));
  if (/^.{4}ftypavif/s.test(start)) return sized('avif', avifSize(bytes));
  if (/^.{4}ftypmi[af]1/s.test(start) && text(bytes, 16, 32).includes('avif')) {
    return sized('avif', avifSize(bytes));
  }
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return sized('tiff', tiffSize(bytes));
  return undefined;
}
