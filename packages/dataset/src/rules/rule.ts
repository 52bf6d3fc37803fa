import type { Severity } from '../sample/problem.js';

/** What one rule is about. */
export interface Rule {
  readonly severity: Severity;
  /** What is wrong, as one sentence. */
  readonly what: string;
  /** What to do about it. */
  readonly fix: string;
  /** What `repair` does, where it can do something that has one right answer. */
  readonly repair?: string;
}
