import type { Place, Problem } from './problem.js';
import type { Sample } from './sample.js';

/**
 * What a reader gives for one row: the sample, or why there is none, and where. A row with problems may still have a
 * sample (warnings); a row without a sample has at least one problem of severity `error`. Rows come in file order; none
 * is left out and none is replaced.
 */
export interface Reading {
  readonly place: Place;
  readonly sample?: Sample;
  readonly problems: readonly Problem[];
}

/** The `problems` of a row that has none: one list for all of them. */
export const noProblems: readonly Problem[] = Object.freeze([]);
