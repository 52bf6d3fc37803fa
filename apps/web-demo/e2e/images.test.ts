import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type StaticServer, serveStatic } from './static-server.js';
import { launch, sample, Visitor } from './visitor.js';

let browser: Browser;
let server: StaticServer;
let visitor: Visitor;
beforeAll(async () => {
  browser = await launch();
  server = await serveStatic(inject('builtPage'));
  visitor = await Visitor.open(browser, server.url);
  await visitor.ready();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
beforeEach(async () => {
  await visitor.page.reload();
  await visitor.ready();
});

/** Gives a file to the page as an event with it would. */
async function give(kind: 'drop' | 'paste', name: string, bytes: Uint8Array, type: string): Promise<void> {
  const data = await visitor.page.evaluateHandle(
    ([name, base64, type]) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(base64!), (character) => character.charCodeAt(0));
      transfer.items.add(new File([content], name!, { type: type! }));
      return transfer;
    },
    [name, Buffer.from(bytes).toString('base64'), type] as const,
  );
  if (kind === 'drop') await visitor.page.dispatchEvent('main', 'drop', { dataTransfer: data });
  else
    await visitor.page.evaluate((clipboardData) => {
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    }, data);
}

const caption = () => visitor.page.locator('figcaption');
const images = () => visitor.page.locator('.strip li');

test('an image is dropped, another pasted, a third chosen; all are tiled and asked about', async () => {
  await give('drop', 'chart.png', await readFile(sample('chart-4.png')), 'image/png');
  await expect.poll(() => images().count()).toBe(2);
  await give('paste', 'receipt.png', await readFile(sample('receipt-5.png')), 'image/png');
  await expect.poll(() => images().count()).toBe(3);
  await visitor.page.locator('input[type=file][multiple]').first().setInputFiles(sample('shapes-2.png'));
  await expect.poll(() => images().count()).toBe(4);
  await expect.poll(() => caption().textContent()).toMatch(/All 4 images: \d+ tokens/);
  const answer = await visitor.ask('Describe the image.');
  expect(await visitor.textOf(answer)).not.toBe('');
  await images().nth(1).locator('.remove').click();
  await expect.poll(() => images().count()).toBe(3);
  expect(visitor.errors).toEqual([]);
});

test('the tile grid follows the slider, and so do the tokens', async () => {
  await expect
    .poll(() => caption().textContent())
    .toBe('3 × 3 tiles of 112 pixels and a thumbnail. 10 tiles = 160 tokens.');
  expect(await visitor.page.locator('.tiles rect').count()).toBe(9);
  const slider = visitor.page.locator('input[type=range]');
  await slider.fill('40');
  await expect
    .poll(() => caption().textContent())
    .toBe('5 × 5 tiles of 112 pixels and a thumbnail. 26 tiles = 416 tokens.');
  expect(await visitor.page.locator('.tiles rect').count()).toBe(25);
  await slider.fill('1');
  await expect.poll(() => caption().textContent()).toBe('1 × 1 tiles of 112 pixels. 1 tile = 16 tokens.');
  expect(await visitor.page.locator('.thumbnail').isVisible()).toBe(false);
  const answer = await visitor.ask('How many shapes are there?');
  expect(await answer.locator('.times').textContent()).toContain('1 tiles at');
});

test('a photograph is taken with the camera', async () => {
  await visitor.page.getByRole('button', { name: 'Take a photo' }).click();
  await visitor.page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
  await visitor.page.getByRole('button', { name: 'Take it' }).click();
  await expect.poll(() => images().count()).toBe(2);
  expect(visitor.errors).toEqual([]);
});

test('what is no image is told in words, with a way on', async () => {
  await give('drop', 'notes.txt', new TextEncoder().encode('hello'), 'text/plain');
  const failure = visitor.page.locator('main .failure');
  await expect.poll(() => failure.textContent()).toContain('“notes.txt” is not an image');
  expect(await failure.getByRole('button', { name: 'Choose images' }).isVisible()).toBe(true);
  expect(await images().count()).toBe(1);
});
