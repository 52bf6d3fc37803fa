import { expect, inject, test } from 'vitest';
import { serveStatic } from './static-server.js';
import { launch, Visitor } from './visitor.js';

test('a host that sets no headers: one thread at first, isolation by the service worker after a reload', async () => {
  const browser = await launch();
  const server = await serveStatic(inject('builtPage'), { bare: true });
  const visitor = await Visitor.open(browser, server.url, { serviceWorkers: 'allow' });
  const { page } = visitor;
  try {
    await visitor.ready();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await visitor.textOf(await visitor.ask('How many shapes are there?'))).toBe('2');
    await page.getByText('Reload once, and the model may use several threads.').waitFor();
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.waitForFunction(() => crossOriginIsolated);
    await visitor.ready();
    expect(await visitor.textOf(await visitor.ask('How many shapes are there?'))).toBe('2');
    expect(visitor.errors).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
});
