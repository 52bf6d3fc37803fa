import type { GroundedBox } from '@internvl/chat';
import { svg } from '../page/element.js';

/** Draws the regions an answer names over their image, in its pixels. */
export function boxOverlay(
  size: { readonly width: number; readonly height: number },
  boxes: readonly GroundedBox[],
): SVGSVGElement {
  const letter = Math.max(size.width, size.height) / 24;
  return svg(
    'svg',
    {
      class: 'boxes',
      viewBox: `0 0 ${size.width} ${size.height}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    ...boxes.flatMap(({ label, left, top, right, bottom }, index) => {
      const kind = `box box-${index % 4}`;
      return [
        svg('rect', {
          class: kind,
          x: `${left}`,
          y: `${top}`,
          width: `${right - left}`,
          height: `${bottom - top}`,
        }),
        svg(
          'text',
          {
            class: kind,
            x: `${left + letter * 0.3}`,
            y: `${top > letter * 1.3 ? top - letter * 0.3 : top + letter * 1.2}`,
            'font-size': `${letter}`,
            'stroke-width': `${letter * 0.2}`,
          },
          label,
        ),
      ];
    }),
  );
}
