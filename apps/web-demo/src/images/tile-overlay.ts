import type { TilePlan } from '@internvl/tiling';
import { svg } from '../page/element.js';

/** Draws where the tiles of an image lie, in pixels of the image; `done` of them went through the encoder already. */
export function tileOverlay({ image, boxes }: TilePlan, done: number): SVGSVGElement {
  const small = Math.min(...boxes.map((box) => Math.min(box.image.width, box.image.height)));
  const drawing = svg('svg', {
    class: 'tiles',
    viewBox: `0 0 ${image.width} ${image.height}`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  for (const [index, { image: box }] of boxes.entries()) {
    const place = {
      x: `${box.x}`,
      y: `${box.y}`,
      width: `${box.width}`,
      height: `${box.height}`,
    };
    drawing.append(
      svg('rect', { ...place, class: index < done ? 'tile done' : 'tile' }),
      svg(
        'text',
        {
          x: `${box.x + small * 0.08}`,
          y: `${box.y + small * 0.3}`,
          'font-size': `${small * 0.24}`,
          'stroke-width': `${small * 0.04}`,
        },
        `${index + 1}`,
      ),
    );
  }
  return drawing;
}
