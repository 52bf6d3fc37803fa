import { element } from '../page/element.js';
import { say } from '../page/language.js';
import { bytes, percent } from '../page/quantity.js';
import type { PageState } from '../state.js';
import type { LoadingState } from './loading-state.js';

/** How far opening a model is: in total, file by file, and a way out. */
export function loadingView({ loading }: PageState): HTMLElement {
  const title = element('p', {});
  const total = element('progress', { 'aria-label': (w) => w.progressTotal });
  const files = element('ul', { class: 'files' });
  const cancel = element('button', {
    type: 'button',
    text: (w) => w.cancel,
    on: { click: () => loading.value?.cancel() },
  });
  const whole = element(
    'section',
    { class: 'loading', 'aria-label': (w) => w.loadingModel },
    title,
    total,
    files,
    cancel,
  );
  loading.watch((state) => {
    whole.hidden = state === undefined;
    if (!state) return;
    say(title, (w) => {
      const doing = w.loadingStatus[state.status];
      return `${state.name}: ${doing}${amount(state)}`;
    });
    show(total, state);
    files.replaceChildren(...(state.files.length > 1 ? state.files.map(fileRow) : []));
  });
  return whole;
}

function fileRow({ file, loaded, total }: LoadingState['files'][number]): HTMLElement {
  const bar = element('progress', { 'aria-label': file });
  show(bar, { loaded, total });
  return element('li', {}, element('span', {}, file), bar, element('span', {}, bytes(loaded)));
}

function show(bar: HTMLProgressElement, { loaded, total }: { loaded: number; total: number }): void {
  if (total > 0) {
    bar.max = total;
    bar.value = loaded;
  } else {
    bar.removeAttribute('value');
  }
}

function amount({ status, loaded, total }: LoadingState): string {
  if (total === 0) return ' …';
  if (status === 'loading') return ` ${loaded} / ${total}`;
  return ` ${percent(loaded / total)} (${bytes(loaded)} / ${bytes(total)})`;
}
