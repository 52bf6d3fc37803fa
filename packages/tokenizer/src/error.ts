const brand = Symbol.for('internvl.error');

/** Codes this package throws. */
export type TokenizerErrorCode =
  | 'tokenizer-unreadable'
  | 'file-missing'
  | 'template-unknown'
  | 'reserved-text'
  | 'invalid-option'
  | 'images-exceed-slots'
  | 'slots-exceed-images';

type Facts = Readonly<Record<string, unknown>>;

/**
 * The error of this package. It carries the brand that `InternVLError.is` of `@internvl/backend` looks for, so nothing has
 * to be imported from there.
 */
export class TokenizerError extends Error {
  override readonly name = 'InternVLError';
  readonly code: TokenizerErrorCode;
  readonly facts: Facts;

  constructor(code: TokenizerErrorCode, message: string, facts: Facts = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.facts = facts;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * A damaged or unfit file.
 *
 * @param place where in it: a line, a byte, a piece, a token
 * @param got what is there instead, if it can be shown
 */
export function unreadable(
  file: string,
  place: string | number,
  expected: string,
  got?: unknown,
): TokenizerError {
  const shown = got === undefined ? '' : `, got ${JSON.stringify(got)?.slice(0, 200)}`;
  return new TokenizerError(
    'tokenizer-unreadable',
    `${file}, ${place}: expected ${expected}${shown}. Fetch it again, or the file of this checkpoint.`,
    { file, place, expected, got },
  );
}
