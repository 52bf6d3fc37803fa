import { element } from '../page/element.js';
import type { Say } from '../page/language.js';
import { number } from '../page/quantity.js';
import type { PageState } from '../state.js';

/** What this device has to run models with, and what to do about what it lacks. */
export function deviceView({ device }: PageState): HTMLElement {
  const list = element('ul', { class: 'reasons' });
  device.watch((facts) => {
    if (!facts) return;
    const { webgpu, crossOriginIsolated, threads, memoryGiB } = facts;
    const sentences: Say[] = [
      (w) => {
        if (!webgpu) return w.device.noWebGpu;
        const name = webgpu.description || `${webgpu.vendor} ${webgpu.architecture}`;
        return webgpu.fallbackAdapter ? w.device.softwareGpu(name) : w.device.webGpu(name);
      },
      (w) => (crossOriginIsolated ? w.device.threads(threads) : w.device.notIsolated),
      ...(memoryGiB === undefined ? [] : [(w: Parameters<Say>[0]) => w.device.memory(number(memoryGiB))]),
    ];
    list.replaceChildren(...sentences.map((text) => element('li', { text })));
  });
  return element('section', {}, element('h3', { text: (w) => w.thisDevice }), list);
}
