import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { FakeHub } from './fake-hub.js';
import { dragIn, inWorker, roomFor, without } from './faults.js';
import { type StaticServer, serveStatic } from './static-server.js';
import { folder, launch, nanoFolder, sample, surest, Visitor } from './visitor.js';

/* What the visitor brings cannot be taken as it is. */

const dist = inject('builtPage');
const tiny = folder('../../../fixtures/checkpoints/v2-1b');
let work: string;
let browser: Browser;
let hub: FakeHub;
let server: StaticServer;
let visitor: Visitor;
/** Bytes of storage that the browser says are left; as many as there are when undefined. */
let room: number | undefined;
/** Whether the server has lost a sample image. */
let lost: boolean;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'refusals-'));
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await rm(work, { recursive: true });
});
beforeEach(async () => {
  room = undefined;
  lost = false;
  hub = new FakeHub(nanoFolder);
  const worker = inWorker(dist, () => (room === undefined ? '' : roomFor(room)));
  const sampleLost = without(/^\/nano\/samples\/chart-4/, () => lost);
  server = await serveStatic(dist, {
    extra: (...request) => hub.answer(...request) || worker(...request) || sampleLost(...request),
  });
  visitor = await Visitor.open(browser, server.url);
  await visitor.ready();
});
afterEach(async () => {
  await visitor.close();
  await server.close();
});

/** A checkpoint folder, spoilt. */
async function spoilt(name: string, spoil: (folder: string) => Promise<void>): Promise<string> {
  const copy = join(work, name);
  await cp(tiny, copy, { recursive: true });
  await spoil(copy);
  return copy;
}

describe('a folder that is dropped on the page', () => {
  test('is looked at, and opened under its name', async () => {
    await dragIn(visitor.page, tiny);
    const offer = visitor.page.locator('dialog[open] .offer');
    await offer.waitFor();
    expect(await offer.textContent()).toContain('v2-1b');
    await offer.getByRole('button', { name: 'Convert and open' }).click();
    await visitor.ready();
    expect(await visitor.page.locator('button.model').textContent()).toBe('Model: v2-1b');
    await visitor.ask('Hello');
    expect(visitor.errors).toEqual([]);
  });

  const refused: readonly (readonly [string, () => Promise<string>, string])[] = [
    ['that is no checkpoint', async () => folder('../public'), 'This folder is no checkpoint.'],
    [
      'of another family',
      () =>
        spoilt('another', (copy) =>
          writeFile(join(copy, 'config.json'), '{"architectures":["LlamaForCausalLM"],"model_type":"llama"}'),
        ),
      'This checkpoint is none that this page can run.',
    ],
    [
      'of which a file was cut short',
      () => spoilt('cut', (copy) => truncate(join(copy, 'model.safetensors'), 100_000)),
      'The files of this checkpoint are incomplete or damaged.',
    ],
    [
      'that lacks its weights',
      () => spoilt('hollow', (copy) => rm(join(copy, 'model.safetensors'))),
      'The files of this checkpoint are incomplete or damaged.',
    ],
  ];
  test.each(refused)('%s is told, with a way on', async (_, path, words) => {
    await dragIn(visitor.page, await path());
    const failure = visitor.failure('dialog');
    await failure.waitFor();
    expect(await failure.textContent()).toContain(words);
    expect(await failure.locator('button').count()).toBeGreaterThan(1);
    expect(visitor.errors).toEqual([]);
  });

  test('that can look but not answer is told before it is converted', async () => {
    await dragIn(visitor.page, folder('../../../fixtures/checkpoints/vit-300m'));
    const offer = visitor.page.locator('dialog[open] .offer');
    await offer.waitFor();
    expect(await offer.textContent()).toContain('It has no language model');
    expect(await offer.locator('button').isDisabled()).toBe(true);
  });
});

test('a model of the Hub behind a login', async () => {
  hub.locked = true;
  const dialog = await visitor.lookUp(hub.repo, `${server.url}hub`);
  const failure = visitor.failure('dialog');
  await failure.waitFor();
  expect(await failure.textContent()).toContain('The Hub wants a login for this model.');
  expect(await dialog.getByRole('button', { name: 'Choose another model' }).isVisible()).toBe(true);
});

test('a model for which there is no room is not offered', async () => {
  room = 1_000_000;
  await visitor.page.reload();
  await visitor.ready();
  const dialog = await visitor.lookUp(hub.repo, `${server.url}hub`);
  const offer = dialog.locator('.offer');
  await offer.waitFor();
  expect(await offer.textContent()).toContain('There is not enough storage: remove stored models');
  expect(await offer.locator('button').isDisabled()).toBe(true);
});

test('more images than the model reads at once; with fewer it answers', async () => {
  await visitor.page.locator('input[type=range]').fill('40');
  const pages = Array.from({ length: 14 }, () => sample('page-6.png'));
  await visitor.page.locator('input[type=file][multiple]').first().setInputFiles(pages);
  await visitor.page.locator('.strip li').nth(pages.length).waitFor();
  await visitor.page.locator('.composer textarea').fill('Describe the image.');
  await visitor.page.keyboard.press('Enter');
  await visitor.failure().waitFor();
  expect(await visitor.failure().textContent()).toContain('This is more than the model can read at once.');
  for (const _ of pages) await visitor.page.locator('.strip .remove').last().click();
  await visitor.page.locator('input[type=range]').fill('12');
  expect(await visitor.surestAnswer()).toBe(surest.text);
  expect(visitor.errors).toEqual([]);
});

test('an image of more pixels than a model should read', async () => {
  // The browser would show it: decoding so many pixels here would take gigabytes.
  await visitor.page.evaluate(() => {
    HTMLImageElement.prototype.decode = async () => {};
    for (const side of ['naturalWidth', 'naturalHeight'])
      Object.defineProperty(HTMLImageElement.prototype, side, { get: () => 30_000 });
  });
  const buffer = await readFile(sample('chart-4.png'));
  for (const at of [16, 20]) buffer.writeUInt32BE(30_000, at);
  const huge = { name: 'huge.png', mimeType: 'image/png', buffer };
  await visitor.page.locator('input[type=file][multiple]').first().setInputFiles(huge);
  await visitor.page.locator('.strip li').nth(1).waitFor();
  await visitor.page.locator('.composer textarea').fill('Describe the image.');
  await visitor.page.keyboard.press('Enter');
  await visitor.failure().waitFor();
  expect(await visitor.failure().textContent()).toContain('This image has too many pixels.');
});

test('a sample image that does not arrive', async () => {
  lost = true;
  await visitor.page.getByRole('button', { name: 'Sample image 3' }).click();
  await visitor.failure().waitFor();
  expect(await visitor.failure().textContent()).toContain('The sample image could not be fetched.');
  expect(await visitor.failure().getByRole('button', { name: 'Choose images' }).isVisible()).toBe(true);
});
