import type { DecodeStream } from '@internvl/tokenizer';
import type { TokenLogprobs } from '../answer.js';
import type { LanguageSide } from '../chat-model.js';
import type { TextDelta } from '../event.js';
import { writtenText } from '../formats/written-text.js';
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
  /** One for each of the ids, where they came with any. */
  readonly logprobs: TokenLogprobs[] = [];
  #fresh: number[] = [];
  #freshLogprobs: TokenLogprobs[] = [];

  constructor(
    { tokenizer, prompts }: LanguageSide,
    { stop = [], keepGrounding = false, responseFormat }: AnswerOptions,
  ) {
    this.#stop = stop;
    if (responseFormat) {
      // What ends such an answer is its constraint, and all of its text counts.
      this.#decoder = writtenText(tokenizer);
      this.#visible = new VisibleText({ cuts: stop, strip: false });
    } else {
      this.#decoder = tokenizer.decodeStream({
        skipSpecialTokens: true,
        ...(keepGrounding && { keep: grounding }),
      });
      this.#visible = new VisibleText({ cuts: [...prompts.cuts, ...stop], strip: prompts.strip });
    }
  }

  /** Whether one of the caller's stop texts came. */
  get stopped(): boolean {
    const { cut } = this.#visible;
    return cut !== undefined && this.#stop.includes(cut);
  }

  push(id: number, logprobs?: TokenLogprobs): TextDelta | undefined {
    this.ids.push(id);
    this.#fresh.push(id);
    if (logprobs) {
      this.logprobs.push(logprobs);
      this.#freshLogprobs.push(logprobs);
    }
    return this.#delta(this.#visible.push(this.#decoder.push(id)));
  }

  end(): TextDelta | undefined {
    const held = this.#visible.push(this.#decoder.end());
    return this.#delta(held + this.#visible.end());
  }

  #delta(text: string): TextDelta | undefined {
    if (text === '') return undefined;
    this.text += text;
    const ids = this.#fresh;
    const logprobs = this.#freshLogprobs;
    this.#fresh = [];
    this.#freshLogprobs = [];
    return { type: 'text-delta', text, ids, ...(logprobs.length > 0 && { logprobs }) };
  }
}
