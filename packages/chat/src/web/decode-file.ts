import { InternVLError } from '@internvl/backend';
import { decodeImage } from '@internvl/tiling/web';
import type { DecodeFile } from '../images/decode-image.js';

/** Decodes with the browser's decoders, in a worker or a page. */
export const decodeFile: DecodeFile = async (file, options) => {
  if (typeof file !== 'string') return decodeImage(plainBytes(file), options);
  throw new InternVLError(
    'image-unreadable',
    `Expected pixels, bytes or a blob, got the path or address ${JSON.stringify(file.slice(0, 80))}; a browser reads no paths: fetch it and pass the blob.`,
    { path: file },
  );
};

/** Bytes that no other thread can change: what a `Blob` is made of. */
function plainBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(bytes);
}
