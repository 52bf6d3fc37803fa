import type { ImageFormat } from './header.js';

/** Frames of an animated PNG or WebP file by its chunks; 1 for everything else. */
export function frameCount(bytes: Uint8Array, format: ImageFormat): number {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'png') {
    for (let at = 8; at + 12 <= bytes.length; at += 12 + data.getUint32(at)) {
      // 'acTL', which stands in front of the pixels.
      if (data.getUint32(at + 4) === 0x6163544c) return Math.max(1, data.getUint32(at + 8));
    }
  }
  let frames = 0;
  if (format === 'webp') {
    for (let at = 12; at + 8 <= bytes.length; ) {
      // 'ANMF'
      if (data.getUint32(at) === 0x414e4d46) frames++;
      const length = data.getUint32(at + 4, true);
      at += 8 + length + (length & 1);
    }
  }
  return Math.max(1, frames);
}
