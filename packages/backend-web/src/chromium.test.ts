import { expect, it } from 'vitest';
import { chromium } from '../scripts/chromium.js';

/* Without a Chromium the browser's tests are not there at all; where they are demanded, that is a failure. */
if (process.env.INTERNVL_REQUIRE_WEBGPU === '1') {
  it('finds a Chromium to run the browser tests in', () => expect(chromium()).toBeDefined());
} else {
  it.runIf(chromium())('finds a Chromium by its path', () => expect(chromium()).toMatch(/chrom/i));
}
