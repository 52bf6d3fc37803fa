/** Decoded pixels: RGB, or RGBA whose alpha is dropped; row-major, `[height, width, 3 | 4]`. */
export interface RgbImage {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A rectangle in pixels; right and bottom are not part of it. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
