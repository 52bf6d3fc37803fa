import { planTiles, type TilePlan } from '@internvl/tiling';
import { element } from '../page/element.js';
import { say } from '../page/language.js';
import { number } from '../page/quantity.js';
import type { PageState } from '../state.js';
import { boxOverlay } from './box-overlay.js';
import type { PageImage } from './page-image.js';
import { tileOverlay } from './tile-overlay.js';

/** The shown image under its tile grid, with the thumbnail beside it and what all of it costs. */
export function stage(state: PageState): HTMLElement {
  const view = element('div', { class: 'view' });
  const thumbnail = element('div', { class: 'thumbnail' });
  const caption = element('figcaption', { 'aria-live': 'polite' });
  const whole = element(
    'figure',
    { class: 'stage' },
    element('div', { class: 'views' }, view, thumbnail),
    caption,
  );

  const draw = () => {
    const index = Math.min(state.shownImage.value, state.images.value.length - 1);
    const image = state.images.value[index];
    whole.hidden = image === undefined;
    if (!image) return;
    const plans = plansOf(state);
    const plan = plans[index]!;
    const before = plans.slice(0, index).reduce((sum, { tiles }) => sum + tiles, 0);
    const done = state.tilesDone.value - before;
    const boxes = state.boxes.value.filter((box) => box.image === index);
    view.style.setProperty('--ratio', `${image.width / image.height}`);
    view.replaceChildren(
      picture(image),
      tileOverlay(plan, done),
      ...(boxes.length > 0 ? [boxOverlay(image, boxes)] : []),
    );
    thumbnail.hidden = !plan.thumbnail;
    thumbnail.classList.toggle('done', done >= plan.tiles);
    const mark = element('span', { 'aria-hidden': 'true' }, `${plan.tiles}`);
    thumbnail.replaceChildren(element('img', { src: image.url, alt: (w) => w.thumbnail }), mark);
    describe(caption, plan, plans);
  };
  for (const cell of [state.images, state.shownImage, state.tilesDone, state.boxes]) cell.watch(draw);
  for (const cell of [state.maxTiles, state.tiling]) cell.watch(draw);
  return whole;
}

function picture(image: PageImage): HTMLImageElement {
  return element('img', {
    src: image.url,
    alt: image.file.name,
    width: `${image.width}`,
    height: `${image.height}`,
  });
}

function describe(caption: HTMLElement, plan: TilePlan, plans: readonly TilePlan[]): void {
  const { columns, rows, tileSize, tiles, tokens, thumbnail } = plan;
  const total = plans.reduce((sum, one) => sum + one.tokens, 0);
  say(caption, (w) => {
    const grid = w.grid(columns, rows, tileSize, thumbnail);
    const cost = w.tileCost(tiles, number(tokens));
    return `${grid} ${cost}${plans.length > 1 ? ` ${w.allImagesCost(plans.length, number(total))}` : ''}`;
  });
}

/** How each image will be cut, known from its size alone. */
function plansOf({ images, maxTiles, tiling }: PageState): TilePlan[] {
  const minTiles = Math.min(tiling.value.minTiles ?? 1, maxTiles.value);
  return images.value.map((image) =>
    planTiles(image, { ...tiling.value, minTiles, maxTiles: maxTiles.value }),
  );
}
