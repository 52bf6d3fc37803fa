import type { ImageSize } from '@internvl/tiling';
import { excerptAt, type FindingSink } from './finding.js';
import type { Tags } from './tags.js';

const LARGEST = 1000;

/** Boxes of a turn: form, convention, order of corners, area. `size` is that of the one image, where the row declares it. */
export function checkBoxes(
  boxes: Tags['boxes'],
  size: ImageSize | undefined,
  pointer: string,
  sink: FindingSink,
): void {
  for (const { quad, content } of boxes) {
    const rows = readBoxes(content, quad ? 8 : 4);
    if (rows === undefined) {
      const form = quad ? '[[x1, y1, x2, y2, x3, y3, x4, y4]]' : '[[x1, y1, x2, y2]]';
      sink.add('box-syntax', pointer, `Expected ${form}, got ${excerptAt(content)}.`, excerptAt(content));
      continue;
    }
    const numbers = rows.flat();
    const convention = conventionOf(numbers, size);
    if (convention === 'none') {
      const outside = numbers.find((number) => number < 0 || number > LARGEST);
      const message = `Expected numbers from 0 to ${LARGEST}, got ${outside}.`;
      sink.add('box-range', pointer, message, excerptAt(content));
    } else if (convention !== 'thousandths') {
      sink.add(
        'box-convention',
        pointer,
        `Expected thousandths (whole numbers from 0 to ${LARGEST}), these look like ${convention}.`,
        excerptAt(content),
        { convention },
      );
    }
    if (!quad) checkCorners(rows, content, pointer, sink);
  }
}

function checkCorners(
  rows: readonly (readonly number[])[],
  content: string,
  pointer: string,
  sink: FindingSink,
): void {
  for (const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] of rows) {
    if (x1 > x2 || y1 > y2) {
      sink.add(
        'box-order',
        pointer,
        `Expected x1 ≤ x2 and y1 ≤ y2, got ${x1}, ${y1}, ${x2}, ${y2}.`,
        excerptAt(content),
      );
    } else if (x1 === x2 || y1 === y2) {
      sink.add(
        'box-empty',
        pointer,
        `Expected a box with an area, got ${x1}, ${y1}, ${x2}, ${y2}.`,
        excerptAt(content),
      );
    }
  }
}

/** What the numbers look like; `thousandths` is what InternVL writes, `none` what no convention explains. */
function conventionOf(
  numbers: readonly number[],
  size: ImageSize | undefined,
): 'thousandths' | 'fractions' | 'pixels' | 'thousandths with decimals' | 'none' {
  if (numbers.some((number) => number < 0)) return 'none';
  const most = numbers.reduce((largest, number) => Math.max(largest, number), 0);
  if (most > LARGEST) {
    const inside = size && numbers.every((number, at) => number <= (at % 2 === 0 ? size.width : size.height));
    return inside ? 'pixels' : 'none';
  }
  if (numbers.every((number) => Number.isInteger(number))) return 'thousandths';
  return most <= 1.5 ? 'fractions' : 'thousandths with decimals';
}

/** The numbers of `[[…], …]`, each row of one length; undefined for anything else. */
export function readBoxes(content: string, length: number): readonly (readonly number[])[] | undefined {
  if (!/^[\d\s.,eE+\-[\]]+$/.test(content)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const rows: (readonly number[])[] = [];
  for (const row of value) {
    if (!Array.isArray(row) || row.length !== length) return undefined;
    if (!row.every((number): number is number => typeof number === 'number' && Number.isFinite(number)))
      return undefined;
    rows.push(row);
  }
  return rows;
}
