import { element } from '../page/element.js';
import type { TakeFiles } from './image-input.js';

const SAMPLES = ['shapes-1.png', 'shapes-0.png', 'chart-4.png', 'receipt-5.png'] as const;

/** The sample images that come with the nano model, one click each. */
export function sampleButtons(take: TakeFiles): HTMLElement {
  return element(
    'div',
    { class: 'samples', role: 'group', 'aria-label': (w) => w.samples },
    element('span', { text: (w) => w.samples }),
    ...SAMPLES.map((name, index) =>
      element(
        'button',
        {
          type: 'button',
          'aria-label': (w) => w.sample(index + 1),
          on: { click: async () => take([await fetchSample(name)]) },
        },
        element('img', { src: sampleUrl(name), alt: '', width: '40', height: '40' }),
      ),
    ),
  );
}

/** The image that the page shows on the first visit. */
export function firstSample(): Promise<File> {
  return fetchSample(SAMPLES[0]);
}

async function fetchSample(name: string): Promise<File> {
  const response = await fetch(sampleUrl(name));
  return new File([await response.blob()], name, { type: 'image/png' });
}

function sampleUrl(name: string): string {
  return new URL(`nano/samples/${name}`, document.baseURI).href;
}
