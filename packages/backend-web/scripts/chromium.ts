import { existsSync } from 'node:fs';

/** Where Chromium and Chrome are installed. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The browser that tests run in, the one that INTERNVL_CHROMIUM names if it does; undefined where there is none. */
export function chromium(): string | undefined {
  const { INTERNVL_CHROMIUM: named } = process.env;
  return (named === undefined ? places : [named]).find(existsSync);
}
