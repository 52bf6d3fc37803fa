import { InternVLError } from '@internvl/backend';
import { type ImageFormat, readHeader } from '@internvl/tiling/web';
import type { ImageInput } from '../turn.js';
import { encodePng } from './encode-png.js';
import type { RemoteChatOptions } from './remote-chat-options.js';

/** An image as a request carries it. */
export interface SentImage {
  readonly url: string;
  /** Pixels, where they are known without decoding. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
}

export interface SentImageOptions extends Pick<RemoteChatOptions, 'imageUrls' | 'readFile'> {}

/**
 * Makes an image ready to be sent. Files go as they are, once, never as tiles; pixels become a PNG, which loses nothing.
 *
 * @throws `image-unreadable`, `image-empty`, `image-unsupported`
 */
export async function sentImage(
  image: ImageInput,
  { imageUrls, readFile }: SentImageOptions,
): Promise<SentImage> {
  if (typeof image === 'string') {
    if (/^data:image\//i.test(image)) return { url: image };
    if (/^https?:/i.test(image)) {
      if (imageUrls) return { url: image };
      throw new InternVLError(
        'image-unsupported',
        'Expected the bytes of an image, got an http(s) URL; allow the server to fetch it with `imageUrls: true`, or send the file.',
      );
    }
    if (readFile) return sentFile(await readNamed(image, readFile));
    throw new InternVLError(
      'image-unreadable',
      'Expected an image as bytes, a blob, pixels or a data: URL, got a path; pass `readFile`, or take `remoteChat` from @internvl/chat/node.',
    );
  }
  if (image instanceof Uint8Array) return sentFile(image);
  if (image instanceof Blob) return sentFile(new Uint8Array(await image.arrayBuffer()));
  if (typeof image === 'object' && image !== null && 'data' in image) {
    const { data, width, height } = image;
    const channels = data.length / (width * height);
    if (width > 0 && height > 0 && (channels === 3 || channels === 4)) {
      return { url: dataUrl('png', await encodePng(image)), size: { width, height } };
    }
    throw new InternVLError(
      'shape-mismatch',
      `Expected pixels of [height, width, 3 or 4], got ${data.length} values for ${width} × ${height}; pass RGB or RGBA.`,
      { width, height, values: data.length },
    );
  }
  throw new InternVLError(
    'image-unreadable',
    `Expected an image as { data, width, height }, bytes, a blob or a path, got ${image === null ? 'null' : typeof image}.`,
  );
}

async function readNamed(path: string, readFile: (path: string) => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new InternVLError(
      'image-unreadable',
      `Expected an image at ${path}, it could not be read; check the path.`,
      { path },
      { cause },
    );
  }
}

/** @throws `image-empty`, `image-unreadable` */
function sentFile(bytes: Uint8Array): SentImage {
  const header = readHeader(bytes);
  if (header) return { url: dataUrl(header.format, bytes), size: header.size };
  if (bytes.length === 0) {
    throw new InternVLError(
      'image-empty',
      'Expected an image file, got no bytes; check where it comes from.',
    );
  }
  throw new InternVLError(
    'image-unreadable',
    'Expected a JPEG, PNG, WebP, GIF, AVIF or TIFF file, got something else; convert it first.',
    { bytes: bytes.length },
  );
}

function dataUrl(format: ImageFormat, bytes: Uint8Array): string {
  return `data:image/${format};base64,${base64(bytes)}`;
}

/** Characters of a piece at a time: a call takes only so many arguments. */
const PIECE = 0x6000;

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    // A multiple of three bytes: pieces join without padding between them.
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  }
  return text;
}
