import type { RgbImage } from '@internvl/tiling';

/**
 * An image of the caller: decoded pixels, the bytes of an encoded file (PNG, JPEG, …), or, where the entry point can
 * read files, a path. Bytes and paths need a decoder; `@internvl/chat/node` brings one.
 */
export type ImageInput = RgbImage | Uint8Array | string;

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
