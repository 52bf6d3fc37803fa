import type { RgbImage } from '@internvl/tiling';

/**
 * An image of the caller: decoded pixels, an encoded file (PNG, JPEG, …) as bytes or as a `Blob` or `File`, or, where the
 * entry point can read files, a path. All but pixels need a decoder; `@internvl/chat/node` and `/web` bring one.
 */
export type ImageInput = RgbImage | Uint8Array | Blob | string;

export interface TextPart {
  readonly type: 'text';
  /** Ordinary text. What looks like a control token in it (`<image>`, `<|im_end|>`) stays text. */
  readonly text: string;
}

export interface ImagePart {
  readonly type: 'image';
  /** One image, or several that share one placeholder: the tiles of all of them are read as one image. */
  readonly image: ImageInput | readonly ImageInput[];
}

export interface VideoPart {
  readonly type: 'video';
  /** Frames in order of time, one tile each. */
  readonly frames: readonly ImageInput[];
}

/** A piece of a turn. */
export type Part = TextPart | ImagePart | VideoPart;

/** What one side said at once. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly Part[];
}
