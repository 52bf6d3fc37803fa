import type { Model } from './model/model.js';
import type { Frame, Rules } from './rules.js';
import type { AddedToken, Tokenizer } from './tokenizer-spec.js';

/** All that makes a tokenizer; loaders fill it in. */
export interface TokenizerParts {
  readonly model: Model;
  /** Slow semantics. */
  readonly slow: boolean;
  readonly rules: Rules;
  readonly frame: Frame;
  /** By id, and by content. */
  readonly added: ReadonlyMap<number, AddedToken>;
  readonly contents: ReadonlyMap<string, AddedToken>;
  /** Ids that `skipSpecialTokens` leaves out. */
  readonly special: ReadonlySet<number>;
  /** Special ids that the slow classes treat as part of a stretch of text rather than as added tokens. */
  readonly inner: ReadonlySet<number>;
  /** Ids that text which may not hold added tokens must not reach, with what the vocabulary spells there. */
  readonly reserved: ReadonlyMap<number, string>;
  readonly names: Pick<Tokenizer, 'bosId' | 'eosId' | 'padId' | 'unknownId'>;
}
