import { existsSync } from 'node:fs';

/** Where Chromium and Chrome are installed, and where INTERNVL_CHROMIUM says. */
const places = [
  process.env.INTERNVL_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The browser that tests run in; undefined where there is none. */
export function chromium(): string | undefined {
  return places.find((place) => place && existsSync(place));
}
