import type { Backend } from '../backend.js';

/** One behaviour that every backend shows; `run` rejects when this one does not. */
export interface ConformanceCase {
  /** A sentence about what is so: `'feeds stay untouched'`. */
  readonly name: string;
  readonly run: (backend: Backend) => Promise<void>;
}
