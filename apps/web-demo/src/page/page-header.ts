import type { PageState } from '../state.js';
import { element } from './element.js';
import { currentLanguage, say, switchLanguage } from './language.js';
import { themeChoice } from './theme.js';

/** Name of the page, the open model and what runs it, language and colours. */
export function pageHeader(state: PageState): HTMLElement {
  const model = element('button', {
    type: 'button',
    class: 'model',
    'aria-haspopup': 'dialog',
    on: { click: () => state.choosing.set(true) },
  });
  const runtime = element('span', { class: 'runtime' });
  state.model.watch((open) => say(model, (w) => w.modelButton(open?.name ?? w.noModel)));
  state.runtime.watch((now) => {
    runtime.textContent = now ? `${now.backend} · ${now.precision}` : '';
  });
  return element(
    'header',
    { class: 'page' },
    element('a', { class: 'skip', href: '#talk-title', text: (w) => w.skip }),
    element(
      'div',
      { class: 'names' },
      element('h1', { text: (w) => w.title }),
      element('p', { text: (w) => w.subtitle }),
    ),
    element('div', { class: 'row tools' }, model, runtime, languageChoice(), themeChoice()),
  );
}

function languageChoice(): HTMLSelectElement {
  const choice = element(
    'select',
    {
      'aria-label': (w) => w.language,
      on: { change: () => switchLanguage(choice.value === 'zh' ? 'zh' : 'en') },
    },
    element('option', { value: 'en', lang: 'en' }, 'English'),
    element('option', { value: 'zh', lang: 'zh-CN' }, '中文'),
  );
  choice.value = currentLanguage();
  return choice;
}
