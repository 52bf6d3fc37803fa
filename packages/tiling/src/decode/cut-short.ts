import type { ImageFormat } from './header.js';

function pngCutShort(bytes: Uint8Array, data: DataView): boolean {
  let at = 8;
  while (at + 8 <= bytes.length) {
    // 'IEND', which closes the file.
    if (data.getUint32(at + 4) === 0x49454e44) return false;
    at += 12 + data.getUint32(at);
  }
  return true;
}

function jpegCutShort(bytes: Uint8Array, data: DataView): boolean {
  let at = 2;
  // Segments up to the first scan; a thumbnail inside one may hold an end marker of its own.
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    at += bytes[at + 1] === 0xff ? 1 : 2 + data.getUint16(at + 2);
  }
  for (; at + 1 < bytes.length; at++) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return false;
  return true;
}

function boxesCutShort(bytes: Uint8Array, data: DataView): boolean {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const length = data.getUint32(at);
    // 0 means up to the end of the file, 1 a 64-bit length, which a file of that size may keep.
    if (length < 8) return false;
    at += length;
  }
  return at !== bytes.length;
}

/** Bytes of one value by TIFF type, 1 to 12. */
const tiffTypes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

function tiffCutShort(bytes: Uint8Array, data: DataView): boolean {
  const little = bytes[0] === 0x49;
  const beyond = (at: number) => at > bytes.length;
  if (beyond(8)) return true;
  let at = data.getUint32(4, little) + 2;
  if (beyond(at)) return true;
  const end = at + data.getUint16(at - 2, little) * 12;
  if (beyond(end)) return true;
  for (; at < end; at += 12) {
    const length = data.getUint32(at + 4, little) * (tiffTypes[data.getUint16(at + 2, little)] ?? 0);
    if (length > 4 && beyond(data.getUint32(at + 8, little) + length)) return true;
  }
  return false;
}

/** Whether an encoded image ends before its own structure says it does. */
export function cutShort(bytes: Uint8Array, format: ImageFormat): boolean {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case 'png':
      return pngCutShort(bytes, data);
    case 'jpeg':
      return jpegCutShort(bytes, data);
    case 'avif':
      return boxesCutShort(bytes, data);
    case 'webp':
      return bytes.length < 8 || data.getUint32(4, true) + 8 > bytes.length;
    case 'tiff':
      return tiffCutShort(bytes, data);
    case 'gif':
      return bytes[bytes.length - 1] !== 0x3b;
  }
}
