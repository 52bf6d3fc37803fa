import type { AddedTokens } from '../added-tokens/added-tokens.js';
import { spaceMark } from '../model/vocabulary.js';
import type { DecodeRules } from '../rules.js';
import type { AddedToken, DecodeOptions, DecodeStream } from '../tokenizer-spec.js';
import { CleanUp } from './clean-up.js';
import type { TokenTexts } from './token-texts.js';
import { Utf8Assembler } from './utf8-assembler.js';

/** What decoding needs to know of a tokenizer. */
export interface DecodeTable {
  readonly rules: DecodeRules;
  readonly texts: TokenTexts;
  readonly added: AddedTokens;
  /** Ids that `skipSpecialTokens` leaves out. */
  readonly special: ReadonlySet<number>;
  /** Special ids that the slow classes treat as part of a stretch of text rather than as added tokens. */
  readonly inner: ReadonlySet<number>;
}

/**
 * One decoding, id by id. The slow classes cut a sequence into added tokens and stretches between them, decode each stretch
 * and join all with spaces; the fast ones are a single stretch. Everything but one rule can be decided as ids come: a special
 * token inside a stretch puts a space in front of the text before it, so that text waits when `whole` is set, and the space comes
 * late, right before the special token, when it is not.
 */
export class Decoding implements DecodeStream {
  readonly #table: DecodeTable;
  readonly #whole: boolean;
  readonly #skip: ReadonlySet<number>;
  readonly #kept: ReadonlySet<string>;
  readonly #bytes: Utf8Assembler;
  readonly #cleanUp: CleanUp | undefined;
  readonly #cleanUpStretch: CleanUp | undefined;
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

  constructor(table: DecodeTable, { skipSpecialTokens = false, keep = [] }: DecodeOptions, whole: boolean) {
    this.#table = table;
    this.#whole = whole && table.rules.gap !== 'none';
    this.#kept = new Set(keep);
    this.#skip = skipSpecialTokens ? table.special : new Set();
    this.#bytes = new Utf8Assembler(table.rules.invalid);
    if (table.rules.cleanUp) this.#cleanUp = new CleanUp();
    if (table.rules.cleanUpStretch) this.#cleanUpStretch = new CleanUp();
    this.#strip = table.rules.strip !== 'none';
  }

  push(id: number): string {
    const token = this.#table.added.byId(id);
    const text = token ? this.#addedToken(token) : this.#ordinary(id);
    return this.#cleanUp ? this.#cleanUp.push(text) : text;
  }

  end(): string {
    let text = this.#close(true);
    if (this.#cleanUp) text = this.#cleanUp.push(text) + this.#cleanUp.end();
    this.#joined = false;
    this.#strip = this.#table.rules.strip !== 'none';
    return text;
  }

  #addedToken(token: AddedToken): string {
    const { rules, inner } = this.#table;
    const kept = this.#kept.has(token.content);
    // A character that was begun must not go on behind the token left out.
    if (this.#skip.has(token.id) && !kept) return this.#flush();
    if (!rules.spaced) {
      const content = rules.invalid === 'run' ? token.content.replaceAll(spaceMark, ' ') : token.content;
      return this.#flush() + this.#stretch(content, true);
    }
    if (inner.has(token.id) && !kept) return this.#special(token.content);
    const before = this.#close(false);
    const text = this.#joined ? ` ${token.content}` : token.content;
    this.#joined = true;
    return before + text;
  }

  /** A special token inside a stretch. */
  #special(content: string): string {
    const { rules } = this.#table;
    const text = this.#flush();
    const before = this.#waiting;
    this.#waiting = '';
    const spaced =
      !this.#afterSpecial && (rules.gap === 'always' || (rules.gap === 'inner' && this.#tokens > 0));
    this.#afterSpecial = true;
    this.#tokens++;
    this.#strip = rules.strip === 'stretch';
    return text + this.#give((spaced ? ' ' : '') + before + content);
  }

  #ordinary(id: number): string {
    const { rules, texts } = this.#table;
    let text = texts.text(id);
    if (text === '') return '';
    const first = this.#tokens++ === 0;
    this.#afterSpecial = false;
    if (text === null) return this.#stretch(this.#bytes.push(texts.bytes(id)), rules.invalid === 'run');
    if (rules.stripToken && first && texts.spaced(id)) text = text.slice(1);
    const begun = this.#bytes.pending ? this.#flush() : '';
    return begun + this.#stretch(text, !texts.unknown(id));
  }

  /** What the bytes of an unfinished character come to. */
  #flush(): string {
    return this.#stretch(this.#bytes.flush(), this.#table.rules.invalid === 'run');
  }

  /** Text of the current stretch, less a leading space where the class drops one and the text may lose it. */
  #stretch(text: string, strippable: boolean): string {
    if (text === '') return '';
    const stripped = this.#strip && strippable && text.startsWith(' ') ? text.slice(1) : text;
    this.#strip = false;
    if (!this.#whole) return this.#give(stripped);
    this.#waiting += stripped;
    return '';
  }

  #give(text: string): string {
    return this.#join(this.#cleanUpStretch ? this.#cleanUpStretch.push(text) : text);
  }

  #join(text: string): string {
    if (text === '') return '';
    const spaced = this.#joined && !this.#given && this.#table.rules.spaced;
    this.#given = true;
    return spaced ? ` ${text}` : text;
  }

  /** Ends the current stretch. */
  #close(last: boolean): string {
    const { rules } = this.#table;
    let text = this.#flush();
    text += this.#give(this.#waiting);
    this.#waiting = '';
    if (this.#cleanUpStretch) text += this.#join(this.#cleanUpStretch.end());
    // The last stretch is joined even when it is empty.
    if (last && rules.spaced && this.#tokens > 0 && !this.#given && this.#joined) text += ' ';
    this.#joined ||= this.#given;
    this.#tokens = 0;
    this.#given = false;
    this.#afterSpecial = false;
    this.#strip ||= rules.strip === 'stretch';
    return text;
  }
}
