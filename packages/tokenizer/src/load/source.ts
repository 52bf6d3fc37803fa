import type { Model } from '../model/model.js';
import type { DecodeRules, EncodeRules, Frame } from '../rules.js';
import type { AddedToken, Semantics } from '../tokenizer-spec.js';

/** What one vocabulary file comes to, before the configuration beside it is looked at. */
export interface Source {
  readonly model: Model;
  readonly encode: EncodeRules;
  readonly decode: DecodeRules;
  readonly frame: Frame;
  /** Added tokens the file itself names. */
  readonly addedTokens: readonly AddedToken[];
  /** Special ids the file itself names. */
  readonly bosId?: number | undefined;
  readonly eosId?: number | undefined;
  readonly padId?: number | undefined;
  readonly unknownId?: number | undefined;
  readonly semantics: Semantics;
}

export const noFrame: Frame = { before: [], between: [], after: [] };

/** Decoding without any of the slow classes' rules. */
export const plainDecoding: DecodeRules = {
  invalid: 'subpart',
  spaced: false,
  gap: 'none',
  strip: 'none',
  stripToken: false,
  cleanUp: false,
  cleanUpStretch: false,
};
