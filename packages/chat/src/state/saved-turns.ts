import type { ImageInput, Part, Turn } from '../turn.js';
import type { PartsReader, PartsWriter } from './state-parts.js';

/** An image: where it lies, the file itself, or its pixels. */
type SavedImage =
  | { readonly path: string }
  | { readonly file: number }
  | { readonly pixels: number; readonly width: number; readonly height: number };

type SavedPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly images: readonly SavedImage[]; readonly list: boolean }
  | { readonly type: 'video'; readonly frames: readonly SavedImage[] };

/** A turn as JSON. */
export interface SavedTurn {
  readonly role: Turn['role'];
  readonly parts: readonly SavedPart[];
}

/** Turns as JSON: paths stay paths, files and pixels become parts. */
export async function savedTurns(turns: readonly Turn[], parts: PartsWriter): Promise<SavedTurn[]> {
  const saved: SavedTurn[] = [];
  for (const turn of turns) {
    const pieces: SavedPart[] = [];
    for (const part of turn.parts) pieces.push(await savedPart(part, parts));
    saved.push({ role: turn.role, parts: pieces });
  }
  return saved;
}

/** The turns of a state; a `Blob` is now the bytes that it had. @throws `state-unreadable` */
export function restoredTurns(turns: readonly SavedTurn[], parts: PartsReader): Turn[] {
  return turns.map(({ role, parts: pieces }) => ({
    role,
    parts: pieces.map((part): Part => {
      if (part.type === 'text') return { type: 'text', text: part.text };
      if (part.type === 'video') return { type: 'video', frames: part.frames.map(imageIn(parts)) };
      const images = part.images.map(imageIn(parts));
      return { type: 'image', image: part.list ? images : images[0]! };
    }),
  }));
}

async function savedPart(part: Part, parts: PartsWriter): Promise<SavedPart> {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'video') return { type: 'video', frames: await savedImages(part.frames, parts) };
  const { image } = part;
  return {
    type: 'image',
    list: Array.isArray(image),
    images: await savedImages([image].flat() as readonly ImageInput[], parts),
  };
}

async function savedImages(images: readonly ImageInput[], parts: PartsWriter): Promise<SavedImage[]> {
  const saved: SavedImage[] = [];
  for (const image of images) {
    if (typeof image === 'string') saved.push({ path: image });
    else if (image instanceof Uint8Array) saved.push({ file: parts.bytes(image) });
    else if (image instanceof Blob) {
      saved.push({ file: parts.bytes(new Uint8Array(await image.arrayBuffer()), image) });
    } else {
      const { data, width, height } = image;
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      saved.push({ pixels: parts.bytes(bytes, data), width, height });
    }
  }
  return saved;
}

function imageIn(parts: PartsReader): (image: SavedImage) => ImageInput {
  return (image) => {
    if ('path' in image) return image.path;
    if ('file' in image) return parts.bytes(image.file);
    return { data: parts.bytes(image.pixels), width: image.width, height: image.height };
  };
}
