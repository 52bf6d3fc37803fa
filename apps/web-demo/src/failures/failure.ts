import type { Say } from '../page/language.js';

/** Something the visitor can do next. */
export interface Step {
  readonly label: Say;
  readonly act: () => void;
}

/** Something went wrong, in words, with at least one next step. */
export interface Failure {
  readonly message: Say;
  /** The error's own sentence, for those who want to know. */
  readonly detail?: string | undefined;
  readonly steps: readonly Step[];
}

/** Something to know though nothing failed. */
export interface Notice {
  readonly message: Say;
  readonly step?: Step | undefined;
}
