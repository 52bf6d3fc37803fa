import { element } from '../page/element.js';
import type { PageState } from '../state.js';

/** The images of the conversation as small buttons: one shows it, one takes it away. */
export function strip(state: PageState): HTMLElement {
  const list = element('ul', { class: 'strip', 'aria-label': (w) => w.images });
  const draw = () => {
    const images = state.images.value;
    list.hidden = images.length === 0;
    const items = images.map((image, index) =>
      element(
        'li',
        {},
        element(
          'button',
          {
            type: 'button',
            'aria-label': (w) => w.showImage(index + 1, image.file.name),
            'aria-pressed': `${index === state.shownImage.value}`,
            on: { click: () => state.shownImage.set(index) },
          },
          element('img', { src: image.url, alt: '' }),
        ),
        element(
          'button',
          {
            type: 'button',
            class: 'remove',
            'aria-label': (w) => w.removeImage(index + 1, image.file.name),
            on: { click: () => remove(state, index) },
          },
          '×',
        ),
      ),
    );
    list.replaceChildren(...items);
  };
  state.images.watch(draw);
  state.shownImage.watch(draw);
  return list;
}

function remove({ images, shownImage }: PageState, index: number): void {
  URL.revokeObjectURL(images.value[index]!.url);
  images.set(images.value.filter((_, other) => other !== index));
  shownImage.set(Math.max(0, Math.min(shownImage.value, images.value.length - 1)));
}
