import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type StaticServer, serveStatic } from './static-server.js';
import { launch, Visitor } from './visitor.js';

let browser: Browser;
let server: StaticServer;
let axe = '';
beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  browser = await launch();
  server = await serveStatic(inject('builtPage'));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** What axe finds on the page as it is now: rule and places. */
async function violations({ page }: Visitor): Promise<string[]> {
  await page.evaluate(axe);
  const result: { violations: { id: string; nodes: { html: string }[] }[] } =
    await page.evaluate('axe.run()');
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe.each<[string, BrowserContextOptions]>([
  ['light, English', { colorScheme: 'light' }],
  ['dark, Chinese', { colorScheme: 'dark', locale: 'zh-CN' }],
  ['a phone', { viewport: { width: 360, height: 740 }, hasTouch: true }],
])('%s', (_, options) => {
  test('axe finds nothing, with an answer, a failure and the dialog; nothing is cut off', async () => {
    const visitor = await Visitor.open(browser, server.url, options);
    await visitor.ready();
    await visitor.page.locator('.tasks button').first().click();
    await visitor.finished(0);
    expect(await violations(visitor)).toEqual([]);
    await visitor.page
      .locator('input[type=file][multiple]')
      .first()
      .setInputFiles({
        name: 'notes.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('hello'),
      });
    await visitor.page.locator('main .failure').waitFor();
    expect(await violations(visitor)).toEqual([]);
    await visitor.chooseModel();
    expect(await violations(visitor)).toEqual([]);
    const { scroll, client } = await visitor.page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(client);
    await visitor.close();
  });
});

test('everything is reached with the keyboard alone', async () => {
  const visitor = await Visitor.open(browser, server.url);
  await visitor.ready();
  const reached = new Set<string>();
  for (let step = 0; step < 40; step++) {
    await visitor.page.keyboard.press('Tab');
    reached.add(
      await visitor.page.evaluate(() => {
        const { tagName = '', className = '' } = document.activeElement ?? {};
        return `${tagName.toLowerCase()}.${className}`;
      }),
    );
  }
  for (const place of ['button.model', 'select.', 'input.', 'textarea.', 'button.primary', 'div.log']) {
    expect([...reached], place).toContain(place);
  }
  await visitor.page.locator('button.model').focus();
  await visitor.page.keyboard.press('Enter');
  expect(await visitor.page.locator('dialog[open]').count()).toBe(1);
  await visitor.page.keyboard.press('Escape');
  expect(await visitor.page.locator('dialog[open]').count()).toBe(0);
  await visitor.close();
});
