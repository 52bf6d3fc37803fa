import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type StaticServer, serveStatic } from './static-server.js';
import { firstImage, launch, recordedTurns, surest, Visitor } from './visitor.js';

let browser: Browser;
let server: StaticServer;
let visitor: Visitor;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await serveStatic(inject('builtPage'));
  visitor = await Visitor.open(browser, server.url, { serviceWorkers: 'allow' });
});
afterEach(async () => {
  await visitor.close();
  await server.close();
});

/** Settled: everything is kept for a visit without the network. */
const settled = () => visitor.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

test('the shipped model answers about the sample image, with nothing to be complained of', async () => {
  await visitor.ready();
  await visitor.page.getByRole('button', { name: 'Caption' }).click();
  const answer = await visitor.finished(0);
  const caption = recordedTurns(firstImage).find(({ question }) => question === 'Describe the image.');
  if (caption) expect(await visitor.textOf(answer)).toBe(caption.text);
  expect(await answer.locator('.times').textContent()).toMatch(
    new RegExp(`${surest.tiles} tiles at .+ prompt tokens.+per second.*ort-web:wasm · fp32`, 's'),
  );
  await visitor.page.reload();
  await visitor.ready();
  expect(await visitor.surestAnswer()).toBe(surest.text);
  expect(await visitor.page.evaluate(() => crossOriginIsolated)).toBe(true);
  await settled();
  expect(visitor.errors).toEqual([]);
  expect(visitor.foreign).toEqual([]);
});

test('the next visit opens the stored model: weights are not fetched again', async () => {
  await visitor.ready();
  await settled();
  const before = server.requests.length;
  await visitor.page.reload();
  await visitor.ready();
  expect(server.requests.slice(before).filter((path) => path.startsWith('/nano/model'))).toEqual([]);
  expect(await visitor.surestAnswer()).toBe(surest.text);
  expect(visitor.errors).toEqual([]);
});

test('without the network the page, its model and an answer are still there', async () => {
  await visitor.ready();
  await settled();
  await server.close();
  await visitor.page.context().setOffline(true);
  await visitor.page.reload();
  await visitor.ready();
  expect(await visitor.surestAnswer()).toBe(surest.text);
  expect(visitor.errors).toEqual([]);
});
