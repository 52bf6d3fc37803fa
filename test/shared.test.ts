import { expect, test } from 'vitest';
import { sharedFolder } from './shared.js';

test('the full reference data is there where it is asked for', () => {
  const missing = process.env.INTERNVL_REQUIRE_SHARED === '1' && sharedFolder() === undefined;
  expect(
    missing,
    'INTERNVL_REQUIRE_SHARED=1 asks for the folder shared/ beside the repository, or INTERNVL_SHARED naming it',
  ).toBe(false);
});
