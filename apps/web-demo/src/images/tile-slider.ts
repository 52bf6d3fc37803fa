import { element, uniqueId } from '../page/element.js';
import { say } from '../page/language.js';
import type { PageState } from '../state.js';

/** Most tiles of an image: more show more detail and cost more tokens, which the stage tells. */
export function tileSlider({ maxTiles, tiling }: PageState): HTMLElement {
  const id = uniqueId('tiles');
  const slider = element('input', {
    id,
    type: 'range',
    min: '1',
    max: '40',
    on: { input: () => maxTiles.set(slider.valueAsNumber) },
  });
  const value = element('output', { for: id });
  const whole = element(
    'div',
    { class: 'slider' },
    element('label', { for: id, text: (w) => w.maxTiles }),
    slider,
    value,
  );
  maxTiles.watch((tiles) => {
    slider.value = `${tiles}`;
    value.textContent = `${tiles}`;
    say(slider, (w) => w.maxTilesValue(tiles), 'aria-valuetext');
  });
  // A checkpoint without dynamic resolution has one tile for every image.
  tiling.watch(({ dynamicTiles }) => {
    slider.disabled = dynamicTiles === false;
  });
  return whole;
}
