import { element } from '../page/element.js';
import type { TakeFiles } from './image-input.js';

const SAMPLES = ['shapes-1.png', 'shapes-0.png', 'chart-4.png', 'receipt-5.png'] as const;

/** The sample images that come with the nano model, one click each; `lost` is told when one cannot be fetched. */
export function sampleButtons(take: TakeFiles, lost: () => void): HTMLElement {
  const show = async (name: string) => {
    const file = await fetchSample(name);
    if (file) take([file]);
    else lost();
  };
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
          on: { click: () => void show(name) },
        },
        element('img', { src: sampleUrl(name), alt: '', width: '40', height: '40' }),
      ),
    ),
  );
}

/** The image that the page shows on the first visit. */
export function firstSample(): Promise<File | undefined> {
  return fetchSample(SAMPLES[0]);
}

async function fetchSample(name: string): Promise<File | undefined> {
  try {
    const response = await fetch(sampleUrl(name));
    return response.ok ? new File([await response.blob()], name, { type: 'image/png' }) : undefined;
  } catch {
    // Without the network; whoever asked is told by the missing file.
    return undefined;
  }
}

function sampleUrl(name: string): string {
  return new URL(`nano/samples/${name}`, document.baseURI).href;
}
