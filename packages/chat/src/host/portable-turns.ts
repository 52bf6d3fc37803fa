import type { ImageInput, Part, Turn } from '../turn.js';

/**
 * Turns as they can be posted: images without methods, and arrays that are a small part of a large buffer cut out of
 * it, because a clone copies the whole buffer. The caller's arrays stay the caller's.
 */
export function portableTurns(turns: readonly Turn[]): Turn[] {
  return turns.map(({ role, parts }) => ({ role, parts: portableParts(parts) }));
}

export function portableParts(parts: readonly Part[]): Part[] {
  return parts.map((part): Part => {
    switch (part.type) {
      case 'text':
        return { type: 'text', text: part.text };
      case 'image':
        return {
          type: 'image',
          image: isList(part.image) ? part.image.map(portableImage) : portableImage(part.image),
        };
      case 'video':
        return { type: 'video', frames: part.frames.map(portableImage) };
      default:
        // A part of an unknown type is refused by the chat itself, in one place.
        return part;
    }
  });
}

export function portableImage(image: ImageInput): ImageInput {
  // A blob is handed over by reference.
  if (typeof image === 'string' || image instanceof Blob) return image;
  if (image instanceof Uint8Array) return own(image);
  return { data: own(image.data), width: image.width, height: image.height };
}

function own<T extends Uint8Array | Uint8ClampedArray>(array: T): T | Uint8Array {
  return array.byteLength === array.buffer.byteLength ? array : Uint8Array.from(array);
}

function isList(image: ImageInput | readonly ImageInput[]): image is readonly ImageInput[] {
  return Array.isArray(image);
}
