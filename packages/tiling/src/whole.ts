import { TilingError } from './error.js';

/** Checks that an option is a whole number from 1 to `most`. @throws `invalid-option`. */
export function whole(option: string, value: number, most = 2 ** 31): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new TilingError(
    'invalid-option',
    `Expected ${option} as a whole number from 1 to ${most}, got ${value}; pass one in that range.`,
    { option, value, most },
  );
}
