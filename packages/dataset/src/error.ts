const brand = Symbol.for('internvl.error');

/**
 * What this package throws: a stable code, the facts as data, and a sentence that says what was expected, what came and
 * what to do. `InternVLError.is(error, code)` of `@internvl/backend` recognises it by its brand. A bad row is never
 * thrown: it is a `Problem` beside the rows that are good. Aborting rethrows `signal.reason` untouched.
 */
export class DatasetError extends Error {
  override readonly name = 'InternVLError';
  /** Kebab-case and stable: `'column-missing'`. */
  readonly code: string;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    facts: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.facts = facts;
    Object.defineProperty(this, brand, { value: true });
  }

  /** True for an error of ours, also one made by another package of ours; with `code`, only for that code. */
  static is(error: unknown, code?: string): error is DatasetError {
    return (
      error instanceof Error &&
      brand in error &&
      (code === undefined || ('code' in error && error.code === code))
    );
  }
}
