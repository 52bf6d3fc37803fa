const brand = Symbol.for('internvl.error');

/** What an error is about, as data: sizes, names, limits. */
export type ErrorFacts = Readonly<Record<string, unknown>>;

/**
 * The one error of this project: a code to switch on, the facts as data, and a sentence that says what was
 * expected, what came and what to do. Aborting never makes one: `signal.reason` is rethrown untouched.
 */
export class InternVLError extends Error {
  override readonly name = 'InternVLError';
  /** Kebab-case and stable: `'shape-mismatch'`. */
  readonly code: string;
  readonly facts: ErrorFacts;

  constructor(code: string, message: string, facts: ErrorFacts = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.facts = facts;
    Object.defineProperty(this, brand, { value: true });
  }

  /** True for an error of ours, also one made by another copy of this package; with `code`, only for that code. */
  static is(error: unknown, code?: string): error is InternVLError {
    return (
      error instanceof Error &&
      brand in error &&
      (code === undefined || ('code' in error && error.code === code))
    );
  }
}
