import type { BrowserContextOptions } from 'playwright';
import { folder, launch, sample, Visitor } from './visitor.js';

/** node … e2e/take-screenshots.ts ADDRESS: takes the pictures of the README from the page that is served there. */
const [address = 'http://localhost:4173/'] = process.argv.slice(2);
const out = folder('../screenshots/');
const panda = folder('../../../fixtures/images/panda.png');

async function visit(
  name: string,
  options: BrowserContextOptions,
  act: (visitor: Visitor) => Promise<void>,
): Promise<void> {
  const visitor = await Visitor.open(browser, address, options);
  await visitor.ready();
  await act(visitor);
  await visitor.page.screenshot({ path: `${out}${name}.png`, type: 'png' });
  await visitor.close();
}

/** Adds an image, and waits until it is shown. */
async function choose({ page }: Visitor, file: string): Promise<void> {
  const images = await page.locator('.strip li').count();
  await page.locator('input[type=file][multiple]').first().setInputFiles(file);
  await page.locator('.strip li').nth(images).waitFor();
}

/** A shipped image in place of the one that the page begins with. */
async function chooseOnly(visitor: Visitor, name: string): Promise<void> {
  await choose(visitor, sample(name));
  await visitor.page.locator('.strip .remove').first().click();
}

const browser = await launch();
try {
  await visit('desktop', { viewport: { width: 1200, height: 760 } }, async (visitor) => {
    await chooseOnly(visitor, 'receipt-5.png');
    await visitor.ask('Summarize this document.');
    await visitor.ask('What is the date?');
  });
  const dark = { viewport: { width: 1200, height: 760 }, colorScheme: 'dark', locale: 'zh-CN' } as const;
  await visit('dark-chinese', dark, async (visitor) => {
    const { page } = visitor;
    await chooseOnly(visitor, 'shapes-2.png');
    await visitor.ask('圆形是什么颜色？');
    await visitor.ask('图中有几个图形？');
    await page.locator('.composer textarea').fill('蓝色圆形');
    await page.locator('.composer .column button').nth(1).click();
    await visitor.finished(2);
  });
  await visit('phone', { viewport: { width: 390, height: 844 }, hasTouch: true }, async (visitor) => {
    await choose(visitor, panda);
    await visitor.page.locator('input[type=range]').fill('24');
    await visitor.page.mouse.wheel(0, -5000);
  });
} finally {
  await browser.close();
}
