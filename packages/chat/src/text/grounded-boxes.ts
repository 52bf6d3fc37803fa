import type { GroundedBox } from '../answer.js';

/** The image that boxes are about, pixels. */
export interface GroundedImage {
  readonly image: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Boxes of an answer, `<ref>LABEL</ref><box>[[x1, y1, x2, y2], …]</box>`, in pixels of the image. Coordinates are 0 to
 * 1000 of the whole image, or fractions of it when the four add up to less than 4. What is not four numbers is left
 * out; an end tag may be missing where the answer was cut; space may stand anywhere.
 *
 * Source: `streamlit_demo` (truncation to whole pixels) and `eval/refcoco` (the rule of 4) of OpenGVLab/InternVL. The
 * text is only ever searched for numbers.
 */
export function groundedBoxes(text: string, { image, width, height }: GroundedImage): GroundedBox[] {
  const found: GroundedBox[] = [];
  let behind = 0;
  for (let at = text.indexOf('<box>'); at >= 0; at = text.indexOf('<box>', behind)) {
    const label = labelBefore(text.slice(behind, at));
    const start = at + '<box>'.length;
    const stops = ['</box>', '<box>', '<ref>']
      .map((tag) => text.indexOf(tag, start))
      .filter((stop) => stop >= 0);
    behind = Math.min(text.length, ...stops);
    for (const numbers of fours(text.slice(start, behind))) {
      const scale = numbers.reduce((sum, number) => sum + number, 0) < 4 ? 1 : 1000;
      const [x1, y1, x2, y2] = numbers.map((number) => Math.min(Math.max(number / scale, 0), 1));
      found.push({
        label,
        image,
        left: Math.trunc(Math.min(x1!, x2!) * width),
        top: Math.trunc(Math.min(y1!, y2!) * height),
        right: Math.trunc(Math.max(x1!, x2!) * width),
        bottom: Math.trunc(Math.max(y1!, y2!) * height),
      });
    }
  }
  return found;
}

/** What stands between the last `<ref>` and its end, if nothing but space follows. */
function labelBefore(text: string): string {
  const start = text.lastIndexOf('<ref>');
  const end = text.indexOf('</ref>', start);
  if (start < 0 || end < 0 || text.slice(end + '</ref>'.length).trim() !== '') return '';
  return text.slice(start + '<ref>'.length, end).trim();
}

/** Bracketed lists of exactly four numbers. */
function fours(text: string): number[][] {
  return [...text.matchAll(/\[([^[\]]*)\]/g)]
    .map(([, list]) => list!.split(',').map((number) => (number.trim() === '' ? Number.NaN : Number(number))))
    .filter((numbers) => numbers.length === 4 && numbers.every(Number.isFinite));
}
