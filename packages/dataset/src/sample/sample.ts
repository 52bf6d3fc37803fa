import type { BoxConvention } from './box-convention.js';
import type { JsonObject } from './json.js';

/** Who speaks. */
export type Role = 'system' | 'user' | 'assistant';

/**
 * An image of a sample: where it is, or its bytes as a file holds them (JPEG, PNG, …). At least one of `path`, `url`
 * and `bytes` is there; `width` and `height` are pixels as the data set declares them, unchecked.
 */
export interface ImageRef {
  /** Relative to the data set's root, or absolute, as the data set writes it. */
  readonly path?: string;
  readonly url?: string;
  readonly bytes?: Uint8Array;
  readonly width?: number;
  readonly height?: number;
}

/** Text as it is. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** The place of an image: `<image>` in serialised text. */
export interface ImagePart {
  readonly type: 'image';
  /** Into `Sample.images`. */
  readonly imageIndex: number;
}

/** A phrase that stands for a region: `<ref>the dog</ref>`. */
export interface RefPart {
  readonly type: 'ref';
  readonly text: string;
}

/**
 * Regions: `<box>[[x1, y1, x2, y2], …]</box>`. Fractions of the original image's width and height, origin top left; for
 * `kind: 'quad'` eight numbers, the corners in order.
 */
export interface BoxPart {
  readonly type: 'box';
  readonly kind?: 'quad';
  readonly boxes: readonly (readonly number[])[];
  /** How the source's numbers were meant. */
  readonly convention: BoxConvention;
  /** The source's own spelling of the numbers, so that writing it back in the same convention changes nothing. */
  readonly spelled?: string;
}

/** A span that is no prose: never translated, never counted as words. */
export interface OpaquePart {
  readonly type: 'opaque';
  /** `latex`, `code`, `url`, `video`, … */
  readonly kind: string;
  readonly text: string;
}

/** A piece of a turn. Strings with tags are only the serialised form of a list of these. */
export type Part = TextPart | ImagePart | RefPart | BoxPart | OpaquePart;

/** What one side says at once. */
export interface Turn {
  readonly role: Role;
  readonly parts: readonly Part[];
}

/** One row of a data set in the form that all of this package works on. Plain data: JSON, but for image bytes. */
export interface Sample {
  readonly id: string;
  /** BCP 47 primary tag: `'en'`, `'zh'`. */
  readonly lang?: string;
  readonly task?: string;
  /** The data set or document it comes from. */
  readonly source?: string;
  readonly license?: string;
  readonly split?: string;
  readonly images: readonly ImageRef[];
  readonly turns: readonly Turn[];
  /** What the source row held besides, by its own names. */
  readonly meta?: JsonObject;
}
