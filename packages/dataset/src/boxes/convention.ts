import type { BoxConvention } from '../sample/box-convention.js';

/** Width and height of the original image, in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export type Rounding = 'round' | 'truncate';

/**
 * The convention that numbers show: at most 1.5 are fractions, at most 1000 are thousandths, more are pixels. A guess
 * from one row can be wrong (a small box in pixels looks like thousandths): a data set that knows says so.
 */
export function detectConvention(boxes: readonly (readonly number[])[]): BoxConvention {
  let most = 0;
  for (const box of boxes) for (const value of box) most = Math.max(most, Math.abs(value));
  return most <= 1.5 ? 'fractions' : most <= 1000 ? 'thousandths' : 'pixels';
}

/**
 * Numbers as they stand in a file → fractions of the image, x1 y1 x2 y2 (for a quad x and y in turn).
 *
 * @returns undefined when pixels come without a size
 */
export function toFractions(
  box: readonly number[],
  convention: BoxConvention,
  size: ImageSize | undefined,
): readonly number[] | undefined {
  if (convention === 'fractions') return box;
  if (convention === 'thousandths') return box.map((value) => value / 1000);
  if (size === undefined || !(size.width > 0) || !(size.height > 0)) return undefined;
  const { width, height } = size;
  const corners = convention === 'pixels-xywh' ? fromXywh(box) : box;
  return corners.map((value, index) => value / (index % 2 === 0 ? width : height));
}

/**
 * Fractions → the numbers of a convention. Thousandths and pixels are whole numbers: rounded as the documentation of
 * InternVL does, or truncated as its maintainers' conversion script does.
 *
 * @returns undefined when pixels are asked for without a size
 */
export function fromFractions(
  box: readonly number[],
  convention: BoxConvention,
  size: ImageSize | undefined,
  rounding: Rounding = 'round',
): readonly number[] | undefined {
  if (convention === 'fractions') return box;
  // A fraction that came of a whole number may lie a hair below it.
  const whole = (value: number) => (rounding === 'round' ? Math.round(value) : Math.trunc(value + 1e-9));
  if (convention === 'thousandths') return box.map((value) => whole(value * 1000));
  if (size === undefined || !(size.width > 0) || !(size.height > 0)) return undefined;
  const { width, height } = size;
  const pixels = box.map((value, index) => whole(value * (index % 2 === 0 ? width : height)));
  if (convention === 'pixels') return pixels;
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = pixels;
  return [x1, y1, x2 - x1, y2 - y1];
}

function fromXywh([x = 0, y = 0, width = 0, height = 0]: readonly number[]): readonly number[] {
  return [x, y, x + width, y + height];
}
