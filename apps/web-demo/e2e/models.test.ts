import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { FakeHub } from './fake-hub.js';
import { type StaticServer, serveStatic } from './static-server.js';
import { folder, launch, nanoFolder, surest, Visitor } from './visitor.js';

let browser: Browser;
let hub: FakeHub;
let server: StaticServer;
let visitor: Visitor;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  hub = new FakeHub(nanoFolder);
  server = await serveStatic(inject('builtPage'), { extra: hub.answer });
  visitor = await Visitor.open(browser, server.url);
  await visitor.ready();
});
afterEach(async () => {
  await visitor.close();
  await server.close();
});

/** Looks a model up at the fake Hub. */
const lookUp = (id: string) => visitor.lookUp(id, `${server.url}hub`);

const failure = () => visitor.page.locator('main .failure');
const modelName = () => visitor.page.locator('button.model').textContent();

test('a Hub id: sizes and what runs it before the download, then an answer, then its removal', async () => {
  const dialog = await lookUp(hub.repo);
  const offer = dialog.locator('.offer');
  await offer.waitFor();
  expect(await offer.textContent()).toMatch(/org\/tiny.*Download: [\d.]+ MB.*processor/s);
  expect(hub.weightRequests).toEqual([]);
  await offer.getByRole('button', { name: 'Download and open' }).click();
  await visitor.ready();
  expect(await modelName()).toBe('Model: org/tiny');
  expect(await visitor.surestAnswer()).toBe(surest.text);
  await visitor.chooseModel();
  await dialog.getByRole('button', { name: 'Remove org/tiny' }).click();
  await expect.poll(() => dialog.locator('.stored li').count()).toBe(1);
  expect(visitor.errors).toEqual([]);
});

test('the connection is lost at 60 %, and later the download goes on where it was', async () => {
  hub.breaksAt = 0.6;
  const dialog = await lookUp(hub.repo);
  await dialog.getByRole('button', { name: 'Download and open' }).click();
  await failure().waitFor();
  expect(await failure().textContent()).toContain('The connection was lost.');
  hub.repair();
  await failure().getByRole('button', { name: 'Resume' }).click();
  await visitor.ready();
  expect(await modelName()).toBe('Model: org/tiny');
  const [first, ...later] = hub.weightRequests;
  expect(first).toBe(0);
  expect(later.at(-1)).toBeGreaterThan(1_000_000);
  expect(await visitor.surestAnswer()).toBe(surest.text);
});

test('a download that is cancelled is kept and can be resumed', async () => {
  const dialog = await lookUp(hub.repo);
  await dialog.locator('.offer').waitFor();
  await visitor.page.evaluate(() => {
    const watch = new MutationObserver(() => {
      const loading = document.querySelector<HTMLElement>('.loading:not([hidden])');
      if (!/downloading|converting/.test(loading?.textContent ?? '')) return;
      watch.disconnect();
      loading!.querySelector('button')!.click();
    });
    watch.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await dialog.getByRole('button', { name: 'Download and open' }).click();
  await failure().waitFor();
  expect(await failure().textContent()).toContain('Cancelled.');
  await failure().getByRole('button', { name: 'Resume' }).click();
  await visitor.ready();
  expect(await modelName()).toBe('Model: org/tiny');
  expect(visitor.errors).toEqual([]);
});

test('storage that runs out is told, with a way on; with room again the rest is fetched', async () => {
  const session = await visitor.page.context().newCDPSession(visitor.page);
  const { origin } = new URL(server.url);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 16_000_000 });
  const dialog = await lookUp(hub.repo);
  await dialog.getByRole('button', { name: 'Download and open' }).click();
  await failure().waitFor();
  expect(await failure().textContent()).toContain('There is not enough room to store this model.');
  expect(await failure().getByRole('button', { name: 'Choose another model' }).isVisible()).toBe(true);
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await failure().getByRole('button', { name: 'Try again' }).click();
  await visitor.ready();
  expect(await modelName()).toBe('Model: org/tiny');
});

test('an id that is none is told, with a way on', async () => {
  const dialog = await lookUp('org/none');
  await expect.poll(() => dialog.locator('.failure').textContent()).toContain('There is no such model.');
});

test('a folder of this computer is read where it lies', async () => {
  const dialog = await visitor.chooseModel();
  await dialog.locator('input[webkitdirectory]').setInputFiles(folder('../../../fixtures/checkpoints/v2-1b'));
  const offer = dialog.locator('.offer');
  await offer.waitFor();
  expect(await offer.textContent()).toContain('v2-1b');
  await offer.getByRole('button', { name: 'Convert and open' }).click();
  await visitor.ready();
  expect(await modelName()).toBe('Model: v2-1b');
  await visitor.ask('Hello');
  expect(visitor.errors).toEqual([]);
});

test('a folder that is no checkpoint is told, with a way on', async () => {
  const dialog = await visitor.chooseModel();
  await dialog.locator('input[webkitdirectory]').setInputFiles(folder('../public'));
  await dialog.locator('.failure').waitFor();
  expect(await dialog.locator('.failure button').count()).toBeGreaterThan(1);
});

test('a stored file that was damaged is noticed and fetched again', async () => {
  await visitor.page.evaluate(async () => {
    const damage = async (directory: FileSystemDirectoryHandle): Promise<void> => {
      for await (const entry of directory.values()) {
        if (entry.kind === 'directory') await damage(entry);
        else if (entry.name.endsWith('.data')) {
          const writable = await entry.createWritable({ keepExistingData: true });
          await writable.write({ type: 'write', position: 1000, data: new Uint8Array(64).fill(7) });
          await writable.close();
        }
      }
    };
    await damage(await navigator.storage.getDirectory());
  });
  await visitor.page.reload();
  await visitor.page.getByText('The stored copy was damaged; it is fetched again.').waitFor();
  await visitor.ready();
  expect(await visitor.surestAnswer()).toBe(surest.text);
  expect(visitor.errors).toEqual([]);
});
