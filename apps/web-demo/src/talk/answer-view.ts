import type { Answer, GroundedBox } from '@internvl/chat';
import { element } from '../page/element.js';
import { type Say, say } from '../page/language.js';
import type { AnswerTimes } from './answer-clock.js';
import { timesView } from './times-view.js';

export interface AnswerActions {
  readonly regenerate: () => void;
  /** Draws what the answer points at. */
  readonly showBoxes: (boxes: readonly GroundedBox[]) => void;
}

/** One answer: first what is being done, then the text as it comes, at the end its boxes, times and buttons. */
export class AnswerView {
  readonly element: HTMLElement;
  readonly #status = element('p', { class: 'status' });
  readonly #text = element('p', { class: 'text' });
  readonly #actions: AnswerActions;

  constructor(actions: AnswerActions) {
    this.#actions = actions;
    // A screen reader waits until the answer is complete.
    this.element = element('article', { class: 'answer', 'aria-busy': 'true' }, this.#status, this.#text);
  }

  status(sentence: Say): void {
    say(this.#status, sentence);
    this.#status.hidden = false;
  }

  append(text: string): void {
    this.#status.hidden = true;
    this.#text.append(text);
  }

  finish(answer: Answer, times: AnswerTimes): void {
    this.#end();
    const { boxes } = answer;
    const { showBoxes } = this.#actions;
    if (answer.text === '') say(this.#text, (w) => w.emptyAnswer);
    if (answer.finishReason === 'length')
      this.element.append(element('p', { class: 'status', text: (w) => w.cutAnswer }));
    if (boxes.length > 0) {
      const chips = boxes.map((box, index) =>
        element(
          'button',
          { type: 'button', class: `chip box-${index % 4}`, on: { click: () => showBoxes([box]) } },
          `${box.label || '▢'} ${box.left}, ${box.top} – ${box.right}, ${box.bottom}`,
        ),
      );
      this.element.append(element('div', { class: 'chips' }, ...chips));
    }
    this.element.append(timesView(times, answer), this.#buttons());
  }

  /** The visitor stopped it. */
  stop(): void {
    this.#end();
    this.status((w) => w.stopped);
    this.element.append(this.#buttons());
  }

  /** Something went wrong, which is told elsewhere. */
  fail(): void {
    this.#end();
    const begun = this.#text.textContent !== '';
    this.status((w) => (begun ? w.brokenOff : w.noAnswer));
  }

  #end(): void {
    this.#status.hidden = true;
    this.element.removeAttribute('aria-busy');
  }

  #buttons(): HTMLElement {
    const copied = element('span', { class: 'status', role: 'status' });
    const copy = async () => {
      await navigator.clipboard.writeText(this.#text.textContent ?? '');
      say(copied, (w) => w.copied);
    };
    return element(
      'div',
      { class: 'row small' },
      element('button', { type: 'button', text: (w) => w.copy, on: { click: () => void copy() } }),
      element('button', {
        type: 'button',
        class: 'regenerate',
        text: (w) => w.regenerate,
        on: { click: this.#actions.regenerate },
      }),
      copied,
    );
  }
}
