/** What a constraint is made for. */
export interface ConstraintContext {
  /** Logits of a row: ids run from 0 to `vocabulary - 1`. */
  readonly vocabulary: number;
  /** Ids that end the answer. */
  readonly stopIds: ReadonlySet<number>;
}

/**
 * Which tokens may come next in one answer. It has a state of its own: every answer gets a new one.
 *
 * `@internvl/llm/grammar` makes them of JSON schemas and grammars.
 */
export interface TokenConstraint {
  /**
   * Sets the scores of tokens that cannot come next to -Infinity, in place. `scores` are `[vocabulary]`, after penalties
   * and before temperature. Stop ids are tokens like any other: they stay only where the answer may end.
   */
  mask(scores: Float32Array): void;
  /**
   * Begins to work out what `mask` will need, a little at a time, so that nothing else waits for it: resolves when `mask` will
   * be quick; undefined when it is now. Who does not call or await it has the work done within `mask`. Never rejects.
   */
  ready?(): Promise<void> | undefined;
  /** Goes on behind a token that was chosen. */
  accept(id: number): void;
  /** Whether the answer is complete and nothing can follow: it then ends without waiting for a stop id. */
  readonly done: boolean;
}

/** Makes the constraint of one answer. */
export type ConstraintFactory = (context: ConstraintContext) => TokenConstraint;
