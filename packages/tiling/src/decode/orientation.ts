import type { RgbImage } from '../image.js';
import type { ImageFormat } from './header.js';

/** The EXIF orientation of a file, where it asks to be turned. */
export interface Orientation {
  /** 2 to 8, by the EXIF standard. */
  readonly value: number;
  /** The file with the request taken out: same pixels, as stored. */
  readonly without: Uint8Array<ArrayBuffer>;
}

interface Block {
  readonly start: number;
  readonly end: number;
  /** Where its TIFF structure begins. */
  readonly tiff: number;
}

function exifBlock(bytes: Uint8Array, data: DataView, format: ImageFormat): Block | undefined {
  const is = (at: number, text: string) =>
    at + text.length <= bytes.length && [...text].every((c, i) => bytes[at + i] === c.charCodeAt(0));
  if (format === 'jpeg') {
    for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda; ) {
      const end = at + 2 + data.getUint16(at + 2);
      if (bytes[at + 1] === 0xe1 && is(at + 4, 'Exif\0\0')) return { start: at, end, tiff: at + 10 };
      at = end;
    }
  }
  if (format === 'png') {
    for (let at = 8; at + 8 <= bytes.length; ) {
      const end = at + 12 + data.getUint32(at);
      if (is(at + 4, 'eXIf')) return { start: at, end, tiff: at + 8 };
      at = end;
    }
  }
  if (format === 'webp') {
    for (let at = 12; at + 8 <= bytes.length; ) {
      const length = data.getUint32(at + 4, true);
      const end = at + 8 + length + (length & 1);
      if (is(at, 'EXIF')) return { start: at, end, tiff: at + (is(at + 8, 'Exif\0\0') ? 14 : 8) };
      at = end;
    }
  }
  return undefined;
}

/** Finds the EXIF orientation in a JPEG, PNG or WebP file; undefined when it asks for no turn. */
export function findOrientation(bytes: Uint8Array, format: ImageFormat): Orientation | undefined {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const block = exifBlock(bytes, data, format);
  if (!block || block.tiff + 8 > bytes.length) return undefined;
  const little = bytes[block.tiff] === 0x49;
  const directory = block.tiff + data.getUint32(block.tiff + 4, little);
  if (directory + 2 > bytes.length) return undefined;
  const end = directory + 2 + 12 * data.getUint16(directory, little);
  for (let at = directory + 2; at + 12 <= Math.min(end, bytes.length); at += 12) {
    if (data.getUint16(at, little) !== 0x112) continue;
    const value = data.getUint16(at + 8, little);
    if (value < 2 || value > 8) return undefined;
    const without = Uint8Array.from(bytes);
    if (format !== 'png') {
      new DataView(without.buffer).setUint16(at + 8, 1, little);
      return { value, without };
    }
    // A chunk has a checksum, so the whole of it goes.
    without.copyWithin(block.start, block.end);
    return { value, without: without.slice(0, bytes.length - (block.end - block.start)) };
  }
  return undefined;
}

/** Turns an RGB image `[height, width, 3]` as an EXIF orientation of 2 to 8 asks. */
export function orient(image: RgbImage, value: number) {
  const { width: across, height: down, data: from } = image;
  const turned = value >= 5;
  const width = turned ? down : across;
  const height = turned ? across : down;
  const data = new Uint8Array(from.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let column = turned ? y : x;
      let row = turned ? x : y;
      if (value === 2 || value === 3 || value === 7 || value === 8) column = across - 1 - column;
      if (value === 3 || value === 4 || value === 6 || value === 7) row = down - 1 - row;
      const source = (row * across + column) * 3;
      const target = (y * width + x) * 3;
      data[target] = from[source]!;
      data[target + 1] = from[source + 1]!;
      data[target + 2] = from[source + 2]!;
    }
  }
  return { data, width, height };
}
