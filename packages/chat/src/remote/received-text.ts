import type { TextDelta } from '../event.js';
import { VisibleText } from '../text/visible-text.js';
import type { Chunk } from './chunk.js';

/** The text of an answer while its chunks come, trimmed as a model that is loaded here trims it. */
export class ReceivedText {
  readonly ids: number[] = [];
  readonly logprobs: Chunk['logprobs'][number][] = [];
  text = '';
  readonly #visible = new VisibleText();
  readonly #top: number | undefined;
  #thinking = false;
  #toldIds = 0;
  #toldLogprobs = 0;

  /** @param top likeliest tokens wanted beside each; undefined for no logprobs at all */
  constructor(top: number | undefined) {
    this.#top = top;
  }

  push({ content, reasoning, ids, logprobs }: Chunk): TextDelta | undefined {
    this.ids.push(...ids);
    this.logprobs.push(...logprobs.map((token) => ({ ...token, top: token.top.slice(0, this.#top) })));
    let text = '';
    // A reasoning parser takes the marks away that the model wrote.
    if (reasoning !== '' && !this.#thinking) text += '<think>';
    text += reasoning;
    this.#thinking ||= reasoning !== '';
    if (content !== '' && this.#thinking) {
      text += '</think>';
      this.#thinking = false;
    }
    return this.#delta(this.#visible.push(text + content));
  }

  end(): TextDelta | undefined {
    return this.#delta(this.#visible.end());
  }

  #delta(text: string): TextDelta | undefined {
    if (text === '') return undefined;
    this.text += text;
    const ids = this.ids.slice(this.#toldIds);
    this.#toldIds = this.ids.length;
    const logprobs = this.logprobs.slice(this.#toldLogprobs);
    this.#toldLogprobs = this.logprobs.length;
    return { type: 'text-delta', text, ids, ...(this.#top !== undefined && { logprobs }) };
  }
}
