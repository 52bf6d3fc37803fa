const PIECE = 0x8000;

/** Bytes → base64. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += PIECE) {
    text += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return btoa(text);
}

/** Base64 → bytes, line breaks allowed; undefined when it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** The media type of an image by its first bytes; undefined when it is none that is known. */
export function mediaType(bytes: Uint8Array): string | undefined {
  const starts = (...head: readonly number[]) => head.every((byte, index) => bytes[index] === byte);
  const text = (at: number, word: string) =>
    [...word].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'image/png';
  if (text(0, 'GIF8')) return 'image/gif';
  if (text(0, 'RIFF') && text(8, 'WEBP')) return 'image/webp';
  if (text(4, 'ftypavif')) return 'image/avif';
  if (starts(0x49, 0x49, 0x2a, 0) || starts(0x4d, 0x4d, 0, 0x2a)) return 'image/tiff';
  if (text(0, 'BM')) return 'image/bmp';
  return undefined;
}

/** End of a file name for an image's bytes. */
export function imageExtension(bytes: Uint8Array): string {
  return (mediaType(bytes) ?? 'application/bin').replace(/^.*\//, '').replace('jpeg', 'jpg');
}
