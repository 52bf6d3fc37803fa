import { pieceKind, spaceMark } from '../model/vocabulary.js';
import type { TokenizerParts } from '../model-tokenizer.js';
import type { AddedToken, DecodeOptions, DecodeStream } from '../tokenizer-spec.js';
import { cleaning } from './clean-up.js';
import { Utf8Assembler } from './utf8-assembler.js';

/**
 * One decoding, id by id. The slow classes cut a sequence into added tokens and stretches between them, decode each stretch
 * and join all with spaces; the fast ones are a single stretch. Everything but one rule can be decided as ids come: a special
 * token inside a stretch puts a space in front of the text before it, so that text waits when `whole` is set, and the space comes
 * late, right before the special token, when it is not.
 */
export class Decoding implements DecodeStream {
  readonly #parts: TokenizerParts;
  readonly #textOf: (id: number) => string | null;
  readonly #skip: boolean;
  readonly #keep: readonly string[];
  readonly #waits: boolean;
  readonly #bytes: Utf8Assembler;
  readonly #clean: ReturnType<typeof cleaning> | undefined;
  readonly #cleanStretch: ReturnType<typeof cleaning> | undefined;
  /** Something stands in front of what comes next, to be joined with a space. */
  #joined = false;
  /** Tokens in the current stretch. */
  #tokens = 0;
  /** The current stretch has given text. */
  #given = false;
  /** The leading space of what comes next is still to be dropped. */
  #strip: boolean;
  #afterSpecial = false;
  /** Text before a special token of the stretch that may come. */
  #waiting = '';
  #pending = false;

  /** @param textOf text of an id in the vocabulary, null where it is bytes */
  constructor(
    parts: TokenizerParts,
    textOf: (id: number) => string | null,
    { keep = [], skipSpecialTokens = false }: DecodeOptions,
    whole: boolean,
  ) {
    const { rules } = parts;
    this.#parts = parts;
    this.#textOf = textOf;
    this.#skip = skipSpecialTokens;
    this.#keep = keep;
    this.#waits = whole && rules.gap !== undefined;
    this.#bytes = new Utf8Assembler(rules.invalid);
    this.#clean = rules.cleanUp ? cleaning() : undefined;
    this.#cleanStretch = rules.cleanUpStretch ? cleaning() : undefined;
    this.#strip = rules.strip !== undefined;
  }

  push(id: number): string {
    const token = this.#parts.added.get(id);
    const text = token ? this.#added(token) : this.#ordinary(id);
    return this.#clean ? this.#clean(text, false) : text;
  }

  end(): string {
    const text = this.#close(true);
    this.#joined = false;
    this.#strip = this.#parts.rules.strip !== undefined;
    return this.#clean ? this.#clean(text, true) : text;
  }

  #added({ content, id }: AddedToken): string {
    const { inner, rules, special } = this.#parts;
    const kept = this.#keep.includes(content);
    // A character that was begun must not go on behind the token left out.
    if (this.#skip && special.has(id) && !kept) return this.#flush();
    if (!rules.spaced)
      return (
        this.#flush() +
        this.#stretch(rules.invalid === 'run' ? content.replaceAll(spaceMark, ' ') : content, true)
      );
    const inside = inner.has(id) && !kept;
    const before = inside ? this.#flush() : this.#close(false);
    const gap = inside
      ? !this.#afterSpecial && (rules.gap === 'always' || (rules.gap === 'inner' && this.#tokens > 0))
      : this.#joined;
    const text = (gap ? ' ' : '') + this.#waiting + content;
    this.#waiting = '';
    if (inside) {
      this.#afterSpecial = true;
      this.#tokens++;
      this.#strip = rules.strip === 'stretch';
      return before + this.#give(text);
    }
    this.#joined = true;
    return before + text;
  }

  #ordinary(id: number): string {
    const { model, rules } = this.#parts;
    const { vocabulary } = model;
    let text = this.#textOf(id);
    if (text === '') return '';
    const first = this.#tokens++ === 0;
    this.#afterSpecial = false;
    if (text === null) {
      this.#pending = true;
      return this.#stretch(this.#bytes.push(vocabulary.text(id)), rules.invalid === 'run');
    }
    if (rules.stripToken && first && text.startsWith(' ') && vocabulary.kind(id) !== pieceKind.unknown)
      text = text.slice(1);
    return this.#flush() + this.#stretch(text, !this.#strip || vocabulary.kind(id) !== pieceKind.unknown);
  }

  /** What the bytes of an unfinished character come to. */
  #flush(): string {
    if (!this.#pending) return '';
    this.#pending = false;
    return this.#stretch(this.#bytes.flush(), this.#parts.rules.invalid === 'run');
  }

  /** Text of the current stretch, less a leading space where the class drops one and the text may lose it. */
  #stretch(text: string, strippable: boolean): string {
    if (text === '') return '';
    const stripped = this.#strip && strippable && text.startsWith(' ') ? text.slice(1) : text;
    this.#strip = false;
    if (!this.#waits) return this.#give(stripped);
    this.#waiting += stripped;
    return '';
  }

  #give(text: string, end = false): string {
    const clean = this.#cleanStretch ? this.#cleanStretch(text, end) : text;
    if (clean === '') return '';
    const spaced = this.#joined && !this.#given && this.#parts.rules.spaced;
    this.#given = true;
    return spaced ? ` ${clean}` : clean;
  }

  /** Ends the current stretch. */
  #close(last: boolean): string {
    const { spaced, strip } = this.#parts.rules;
    let text = this.#flush() + this.#give(this.#waiting, true);
    this.#waiting = '';
    // The last stretch is joined even when it is empty.
    if (last && spaced && this.#tokens > 0 && !this.#given && this.#joined) text += ' ';
    this.#joined ||= this.#given;
    this.#tokens = 0;
    this.#given = false;
    this.#afterSpecial = false;
    this.#strip ||= strip === 'stretch';
    return text;
  }
}
