const brand = Symbol.for('internvl.error');

/** The codes this package throws. */
export type TilingErrorCode =
  | 'invalid-option'
  | 'shape-mismatch'
  | 'file-missing'
  | 'image-unreadable'
  | 'image-truncated'
  | 'image-empty'
  | 'image-too-large'
  | 'image-unsupported'
  | 'decoder-missing'
  | 'pdf-unreadable'
  | 'pdf-locked'
  | 'pdf-too-large'
  | 'pdf-too-long'
  | 'pdf-timeout'
  | 'worker-failed'
  | 'pool-closed';

/**
 * What this package throws: a stable code, the facts as data, and a sentence that says what was expected, what
 * came and what to do. `InternVLError.is(error, code)` of `@internvl/backend` recognises it by its brand.
 */
export class TilingError extends Error {
  override readonly name = 'InternVLError';
  readonly code: TilingErrorCode;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: TilingErrorCode,
    message: string,
    facts: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.facts = facts;
    Object.defineProperty(this, brand, { value: true });
  }
}
