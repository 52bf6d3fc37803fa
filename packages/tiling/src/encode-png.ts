import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import { channelsOf, type RgbImage } from './image.js';

const compress = promisify(deflate);

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

/** PNG's Paeth predictor: of left, above and upper left the one nearest to `left + above − upperLeft`. */
function paeth(left: number, above: number, upperLeft: number): number {
  const toLeft = Math.abs(above - upperLeft);
  const toAbove = Math.abs(left - upperLeft);
  const toUpperLeft = Math.abs(left + above - 2 * upperLeft);
  if (toLeft <= toAbove && toLeft <= toUpperLeft) return left;
  return toAbove <= toUpperLeft ? above : upperLeft;
}

/**
 * Encodes an image as PNG, lossless, 8-bit RGB; the fourth channel of RGBA is dropped.
 *
 * @param image `[height, width, 3 | 4]`.
 * @throws `shape-mismatch`, `image-empty` as for any image.
 * @see PNG specification (W3C), sections 9 and 11.
 */
export async function encodePng(image: RgbImage): Promise<Uint8Array> {
  const channels = channelsOf(image);
  const { width, height, data } = image;
  const line = width * 3;
  const filtered = new Uint8Array((line + 1) * height);
  let previous = new Uint8Array(line + 3);
  let current = new Uint8Array(line + 3);
  for (let y = 0; y < height; y++) {
    const at = y * (line + 1);
    filtered[at] = 4;
    for (let x = 0; x < line; x++) {
      // Lines start with one pixel of 0, so that the first pixel has a left neighbour.
      const value = data[channels === 3 ? y * line + x : (y * width + Math.floor(x / 3)) * 4 + (x % 3)]!;
      current[x + 3] = value;
      filtered[at + 1 + x] = value - paeth(current[x]!, previous[x + 3]!, previous[x]!);
    }
    [previous, current] = [current, previous];
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', await compress(filtered)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}
