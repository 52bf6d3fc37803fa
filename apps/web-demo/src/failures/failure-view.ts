import { element } from '../page/element.js';
import type { PageState } from '../state.js';

/** What went wrong, why, and the buttons that go on. */
export function failureView({ failure }: PageState): HTMLElement {
  const whole = element('div', { class: 'failure', role: 'alert' });
  failure.watch((shown) => {
    whole.hidden = shown === undefined;
    if (!shown) {
      whole.replaceChildren();
      return;
    }
    const { message, detail, steps } = shown;
    const buttons = steps.map(({ label, act }) =>
      element('button', {
        type: 'button',
        text: label,
        on: {
          click: () => {
            failure.set(undefined);
            act();
          },
        },
      }),
    );
    whole.replaceChildren(
      element('p', { text: message }),
      ...(detail === undefined
        ? []
        : [element('details', {}, element('summary', { text: (w) => w.details }), element('p', {}, detail))]),
      element(
        'div',
        { class: 'row' },
        ...buttons,
        element('button', {
          type: 'button',
          text: (w) => w.dismiss,
          on: { click: () => failure.set(undefined) },
        }),
      ),
    );
  });
  return whole;
}
