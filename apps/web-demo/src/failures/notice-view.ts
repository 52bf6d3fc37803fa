import { element } from '../page/element.js';
import type { PageState } from '../state.js';

/** Something the visitor should know though nothing failed. */
export function noticeView({ notice }: PageState): HTMLElement {
  const whole = element('div', { class: 'notice', role: 'status' });
  notice.watch((shown) => {
    whole.hidden = shown === undefined;
    whole.replaceChildren();
    if (!shown) return;
    const { message, step } = shown;
    whole.append(element('p', { text: message }));
    if (step) whole.append(element('button', { type: 'button', text: step.label, on: { click: step.act } }));
    whole.append(
      element('button', {
        type: 'button',
        text: (w) => w.dismiss,
        on: { click: () => notice.set(undefined) },
      }),
    );
  });
  return whole;
}
