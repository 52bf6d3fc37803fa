import { element, uniqueId } from '../page/element.js';
import { say } from '../page/language.js';
import type { PageState } from '../state.js';

/** Asks the model; the conversation shows `shown` where the prompt itself is not for people. */
export type Ask = (prompt: string, shown?: string) => void;

/** Where a question is written: Enter sends it, Shift and Enter begins a new line; while an answer comes it stops it. */
export function composer({ answering, model }: PageState, ask: Ask): HTMLElement {
  const id = uniqueId('question');
  const field = element('textarea', {
    id,
    rows: '2',
    placeholder: (w) => w.questionHint,
    on: {
      keydown: (event) => {
        // While an input method composes a character, Enter belongs to it.
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        send();
      },
    },
  });
  const button = element('button', { type: 'submit', class: 'primary' });
  const locate = element('button', {
    type: 'button',
    text: (w) => w.locate,
    title: (w) => w.locateHint,
    on: { click: () => submit((text) => ask(boxPrompt(text), `▢ ${text}`)) },
  });
  const form = element(
    'form',
    {
      class: 'composer',
      on: {
        submit: (event) => {
          event.preventDefault();
          if (answering.value)
            answering.value.abort(new DOMException('Stopped by the visitor.', 'AbortError'));
          else send();
        },
      },
    },
    element('label', { for: id, class: 'hidden', text: (w) => w.question }),
    field,
    element('div', { class: 'column' }, button, locate),
  );

  const submit = (put: (text: string) => void) => {
    const text = field.value.trim();
    field.focus();
    if (text === '' || answering.value || !model.value) return;
    field.value = '';
    put(text);
  };
  const send = () => submit((text) => ask(text));
  const show = () => {
    const stopping = answering.value !== undefined;
    button.disabled = !stopping && model.value === undefined;
    button.classList.toggle('stop', stopping);
    locate.disabled = stopping || model.value === undefined;
    say(button, (w) => (stopping ? w.stop : w.send));
  };
  answering.watch(show);
  model.watch(show);
  return form;
}

/** The reference's prompt for boxes, in the language of the text. */
function boxPrompt(text: string): string {
  return /\p{Script=Han}/u.test(text)
    ? `请给出这句话所描述区域的边界框坐标：<ref>${text}</ref>`
    : `Please provide the bounding box coordinate of the region this sentence describes: <ref>${text}</ref>`;
}
