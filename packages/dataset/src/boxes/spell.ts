import type { BoxConvention } from '../sample/box-convention.js';
import type { BoxPart } from '../sample/sample.js';
import { fromFractions, type ImageSize, type Rounding } from './convention.js';

/** How boxes are written. */
export interface BoxStyle {
  /** Default: each box as its source had it. */
  readonly convention?: BoxConvention | undefined;
  /** Default: `round`. */
  readonly rounding?: Rounding | undefined;
  /** Digits behind the point of fractions. Default: 3. */
  readonly digits?: number | undefined;
}

/**
 * The numbers of a part in a convention.
 *
 * @returns undefined when pixels are asked for and the image's size is not known
 */
export function boxNumbers(
  part: BoxPart,
  { convention = part.convention, rounding, digits = 3 }: BoxStyle,
  size: ImageSize | undefined,
): readonly (readonly number[])[] | undefined {
  const boxes: (readonly number[])[] = [];
  for (const box of part.boxes) {
    const numbers = fromFractions(box, convention, size, rounding);
    if (numbers === undefined) return undefined;
    const scale = 10 ** digits;
    boxes.push(
      convention === 'fractions' && part.convention !== 'fractions'
        ? numbers.map((value) => Math.round(value * scale) / scale)
        : numbers,
    );
  }
  return boxes;
}

/** `[[1, 2, 3, 4], [5, 6, 7, 8]]`: as the source spelled it where the convention stays. */
export function spellBoxes(part: BoxPart, style: BoxStyle, size: ImageSize | undefined): string | undefined {
  if (part.spelled !== undefined && (style.convention ?? part.convention) === part.convention) {
    return part.spelled;
  }
  const boxes = boxNumbers(part, style, size);
  return boxes === undefined ? undefined : `[${boxes.map((box) => `[${box.join(', ')}]`).join(', ')}]`;
}
