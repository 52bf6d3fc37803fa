import type { AddedToken } from '../tokenizer-spec.js';

/** A piece of a text: an added token, `count` times, or the text between two. Places count in the joined text of all segments. */
export interface Piece {
  readonly token?: AddedToken | undefined;
  readonly count: number;
  readonly text: string;
  readonly start: number;
  /** Ids that encoding the text must not give. */
  readonly guard: ReadonlySet<number>;
  /** Added tokens to be looked for after normalisation. */
  readonly late: readonly AddedToken[];
}
