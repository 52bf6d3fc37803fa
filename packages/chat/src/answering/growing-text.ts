import type { DecodeStream } from '@internvl/tokenizer';
import type { LanguageSide } from '../chat-model.js';
import type { TextDelta } from '../event.js';
import type { AnswerOptions } from '../options.js';
import { VisibleText } from '../text/visible-text.js';

/** Markers of grounding, which some tokenizers count among the special tokens that answers leave out. */
const grounding = ['<ref>', '</ref>', '<box>', '</box>', '<quad>', '</quad>'];

/** The text of an answer while its ids come. */
export class GrowingText {
  readonly ids: number[] = [];
  text = '';
  readonly #decoder: DecodeStream;
  readonly #visible: VisibleText;
  readonly #stop: readonly string[];
  #fresh: number[] = [];

  constructor({ tokenizer, prompts }: LanguageSide, { stop = [], keepGrounding = false }: AnswerOptions) {
    this.#decoder = tokenizer.decodeStream({
      skipSpecialTokens: true,
      ...(keepGrounding && { keep: grounding }),
    });
    this.#stop = stop;
    this.#visible = new VisibleText({ cuts: [...prompts.cuts, ...stop], strip: prompts.strip });
  }

  /** Whether one of the caller's stop texts came. */
  get stopped(): boolean {
    const { cut } = this.#visible;
    return cut !== undefined && this.#stop.includes(cut);
  }

  push(id: number): TextDelta | undefined {
    this.ids.push(id);
    this.#fresh.push(id);
    return this.#delta(this.#visible.push(this.#decoder.push(id)));
  }

  /** `push` for who may come twice with the same id. */
  pushAt(index: number, id: number): void {
    if (index === this.ids.length) this.push(id);
  }

  end(): TextDelta | undefined {
    const held = this.#visible.push(this.#decoder.end());
    return this.#delta(held + this.#visible.end());
  }

  #delta(text: string): TextDelta | undefined {
    if (text === '') return undefined;
    this.text += text;
    const ids = this.#fresh;
    this.#fresh = [];
    return { type: 'text-delta', text, ids };
  }
}
