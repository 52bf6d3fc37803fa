import { notAnImage, sampleLost } from '../failures/explain.js';
import { element } from '../page/element.js';
import type { PageState } from '../state.js';
import { imageButtons, type TakeFiles } from './image-input.js';
import { readPageImage } from './page-image.js';
import { sampleButtons } from './samples.js';
import { stage } from './stage.js';
import { strip } from './strip.js';
import { tileSlider } from './tile-slider.js';

export interface ImagePanel {
  readonly element: HTMLElement;
  /** Adds images to those that are shown; what is none is told. */
  readonly add: TakeFiles;
}

/** The left side: images come in here and are shown as the model will see them. */
export function imagePanel(state: PageState): ImagePanel {
  const addOne = async (file: File) => {
    try {
      const image = await readPageImage(file);
      state.images.set([...state.images.value, image]);
      state.shownImage.set(state.images.value.length - 1);
    } catch (error) {
      state.failure.set(notAnImage(error, buttons.choose));
    }
  };
  const add: TakeFiles = async (files) => {
    for (const file of files) await addOne(file);
  };
  const showOnly: TakeFiles = (files) => {
    for (const { url } of state.images.value) URL.revokeObjectURL(url);
    state.images.set([]);
    void add(files);
  };
  const buttons = imageButtons(add);
  const empty = element('p', { class: 'empty', text: (w) => w.noImages });
  state.images.watch((images) => {
    empty.hidden = images.length > 0;
  });
  const panel = element(
    'section',
    { class: 'panel images', 'aria-labelledby': 'images-title' },
    element('h2', { id: 'images-title', text: (w) => w.images }),
    empty,
    stage(state),
    strip(state),
    tileSlider(state),
    buttons.element,
    sampleButtons(showOnly, () => state.failure.set(sampleLost(buttons.choose))),
  );
  return { element: panel, add };
}
