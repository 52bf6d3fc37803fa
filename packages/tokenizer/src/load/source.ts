import type { Model } from '../model/model.js';
import type { Frame, Rules } from '../rules.js';
import type { AddedToken } from '../tokenizer-spec.js';

/** What one vocabulary file comes to, before added tokens and names from the configuration. */
export interface Source {
  readonly model: Model;
  readonly rules: Rules;
  /** Undefined where the file does not say it. */
  readonly frame?: Frame | undefined;
  /** Added tokens the file itself names. */
  readonly addedTokens?: readonly AddedToken[] | undefined;
  readonly bosId?: number | undefined;
  readonly eosId?: number | undefined;
  readonly padId?: number | undefined;
  readonly unknownId?: number | undefined;
}
