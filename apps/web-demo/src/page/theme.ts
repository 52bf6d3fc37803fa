import { element } from './element.js';

const STORED = 'theme';
const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

/** Chooses between light, dark and what the system says; CSS does the rest by `data-theme`. */
export function themeChoice(): HTMLSelectElement {
  const stored = themes.find((theme) => theme === localStorage.getItem(STORED)) ?? 'auto';
  const choice = element(
    'select',
    { 'aria-label': (w) => w.theme, on: { change: () => apply(choice.value) } },
    ...themes.map((theme) => element('option', { value: theme, text: (w) => w.themes[theme] })),
  );
  choice.value = stored;
  apply(stored);
  return choice;
}

function apply(theme: string): void {
  const chosen: Theme = themes.find((one) => one === theme) ?? 'auto';
  localStorage.setItem(STORED, chosen);
  document.documentElement.dataset.theme = chosen;
}
