import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { chromium } from '../scripts/chromium.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('takes the browser that is named, and no other', () => {
  const named = fileURLToPath(import.meta.url);
  vi.stubEnv('INTERNVL_CHROMIUM', named);
  expect(chromium()).toBe(named);
  vi.stubEnv('INTERNVL_CHROMIUM', `${named}.nowhere`);
  expect(chromium()).toBeUndefined();
});

/* Without a Chromium the browser's tests are not there at all; where they are demanded, that is a failure. */
if (process.env.INTERNVL_REQUIRE_WEBGPU === '1') {
  it('finds a Chromium to run the browser tests in', () => expect(chromium()).toBeDefined());
}
