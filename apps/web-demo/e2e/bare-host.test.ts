import { expect, inject, test } from 'vitest';
import { serveStatic } from './static-server.js';
import { launch, surest, Visitor } from './visitor.js';

test('a host that sets no headers: one thread at first, isolation by the service worker after a reload', async () => {
  const browser = await launch();
  const server = await serveStatic(inject('builtPage'), { bare: true });
  const visitor = await Visitor.open(browser, server.url, { serviceWorkers: 'allow' });
  const { page } = visitor;
  try {
    await visitor.ready();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await visitor.surestAnswer()).toBe(surest.text);
    await page.getByText('Reload once, and the model may use several threads.').waitFor();
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.waitForFunction(() => crossOriginIsolated);
    await visitor.ready();
    expect(await visitor.surestAnswer()).toBe(surest.text);
    expect(visitor.errors).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
});
