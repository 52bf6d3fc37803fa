import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { FakeHub } from './fake-hub.js';
import { inWorker, lifeThatEnds, memoryThatFills, noGpu, noStorage, realGpu, without } from './faults.js';
import { type Extra, type StaticServer, serveStatic } from './static-server.js';
import { launch, nanoFolder, surest, Visitor } from './visitor.js';

/* The machine, the browser or the server fails the visitor. */

const dist = inject('builtPage');
const servers: StaticServer[] = [];
let browser: Browser;
let visitor: Visitor;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
afterEach(async () => {
  await visitor.close();
  for (const server of servers.splice(0)) await server.close();
});

/** Visits the page on a server that does something else with some requests. */
async function visit(extra?: Extra, { bare = false, by = browser } = {}): Promise<string> {
  const server = await serveStatic(dist, { bare, ...(extra && { extra }) });
  servers.push(server);
  visitor = await Visitor.open(by, server.url);
  return server.url;
}

test('no WebGPU: the processor is used, and the page says what else would do', async () => {
  const hub = new FakeHub(nanoFolder);
  const plain = await launch({ webgpu: false });
  try {
    const url = await visit(hub.answer, { by: plain });
    await visitor.ready();
    expect(await visitor.page.evaluate(async () => navigator.gpu.requestAdapter())).toBe(null);
    expect(await visitor.surestAnswer()).toBe(surest.text);
    const dialog = await visitor.lookUp(hub.repo, `${url}hub`);
    const offer = dialog.locator('.offer');
    await offer.waitFor();
    expect(await offer.textContent()).toContain('This browser offers no WebGPU; a current Chrome');
    expect(await dialog.textContent()).toContain('No WebGPU, so the processor is used.');
    expect(await offer.locator('option').allTextContents()).toEqual([
      expect.stringMatching(/^int8 · /),
      expect.stringMatching(/^fp32 · /),
    ]);
    expect(visitor.errors).toEqual([]);
  } finally {
    await plain.close();
  }
});

test('the GPU is lost in the middle of an answer: the next question runs on the processor', async () => {
  await visit(inWorker(dist, () => realGpu));
  await visitor.ready();
  const place = visitor.page.locator('header.page');
  expect(await place.textContent()).toContain('ort-web:webgpu');
  // One tile: each new size of a tensor costs a GPU in software seconds.
  await visitor.page.locator('input[type=range]').fill('1');
  await visitor.beginToAsk('Describe the image.');
  await (await browser.newBrowserCDPSession()).send('Browser.crashGpuProcess');
  await visitor.failure().waitFor();
  expect(await visitor.failure().textContent()).toContain('took the graphics processor away');
  expect(await visitor.answers.first().textContent()).toContain('Broken off.');
  await visitor.page.locator('input[type=range]').fill('12');
  expect(await visitor.surestAnswer()).toBe(surest.text);
  expect(await place.textContent()).toContain('ort-web:wasm');
  expect(visitor.errors).toEqual([]);
});

test('a model stored for a GPU that is gone: told when it is opened, and when it is resumed', async () => {
  const hub = new FakeHub(nanoFolder);
  let gpu = realGpu;
  const worker = inWorker(dist, () => gpu);
  const url = await visit((...request) => hub.answer(...request) || worker(...request));
  const comeBack = async (with_: string) => {
    gpu = with_;
    await visitor.page.reload();
  };
  const resume = async () => {
    const dialog = await visitor.chooseModel();
    await dialog.getByRole('button', { name: `Resume ${hub.repo}` }).click();
  };
  await visitor.ready();
  const dialog = await visitor.lookUp(hub.repo, `${url}hub`);
  await dialog.locator('.offer').waitFor();
  expect(await dialog.locator('.offer select').inputValue()).toBe('q4');
  hub.breaksAt = 0.6;
  await dialog.getByRole('button', { name: 'Download and open' }).click();
  await visitor.failure().waitFor();
  hub.repair();

  await comeBack(noGpu);
  await visitor.ready();
  await resume();
  await visitor.failure().waitFor();
  expect(await visitor.failure().textContent()).toContain('can’t run this model in that precision');

  await comeBack(realGpu);
  await visitor.ready();
  await resume();
  await visitor.ready();
  expect(await visitor.page.locator('header.page').textContent()).toContain('ort-web:webgpu · q8+q4');

  await comeBack(noGpu);
  await visitor.failure().waitFor();
  expect(await visitor.failure().textContent()).toContain('What this model should run on is not there.');
  await visitor.goOn('Choose another model');
  await visitor.page.getByRole('button', { name: 'Open nano' }).click();
  await visitor.ready();
  expect(await visitor.surestAnswer()).toBe(surest.text);
  expect(visitor.errors).toEqual([]);
});

test('memory runs out in the middle of an answer: a new worker has it back', async () => {
  await visit(inWorker(dist, () => memoryThatFills));
  await visitor.ready();
  await visitor.worker.evaluate(() => Object.assign(globalThis, { full: true }));
  await visitor.page.locator('input[type=range]').fill('40');
  await visitor.page.locator('.composer textarea').fill('Describe the image.');
  await visitor.page.keyboard.press('Enter');
  await visitor.failure().waitFor();
  expect(await visitor.failure().textContent()).toContain('This device ran out of memory.');
  await visitor.goOn('Start again');
  await visitor.ready();
  expect(await visitor.surestAnswer()).toBe(surest.text);
  expect(visitor.errors).toEqual([]);
});

test('the worker dies in the middle of an answer: another takes its place', async () => {
  await visit(inWorker(dist, () => lifeThatEnds));
  await visitor.ready();
  await visitor.worker.evaluate(() => Object.assign(globalThis, { ending: true }));
  await visitor.page.locator('.composer textarea').fill('Describe the image.');
  await visitor.page.keyboard.press('Enter');
  await visitor.failure().waitFor();
  expect(await visitor.failure().textContent()).toContain('The worker that computes is gone');
  await visitor.goOn('Start again');
  await visitor.ready();
  expect(await visitor.surestAnswer()).toBe(surest.text);
  expect(visitor.errors).toEqual([]);
});

test.each([
  ['the worker', /^\/assets\/worker-/, 'The worker that computes is gone'],
  ['the runtime', /^\/assets\/ort-wasm-.+\.wasm$/, 'The runtime did not start.'],
  ['the runtime’s script', /^\/assets\/ort-wasm-.+\.mjs$/, 'The runtime did not start.'],
])('%s does not arrive: with the network it starts', async (_, file, words) => {
  let lacking = true;
  await visit(without(file, () => lacking));
  await visitor.failure().waitFor();
  expect(await visitor.failure().textContent()).toContain(words);
  lacking = false;
  await visitor.goOn('Start again');
  await visitor.ready();
  expect(await visitor.surestAnswer()).toBe(surest.text);
});

test('no storage, as in a private window', async () => {
  await visit(inWorker(dist, () => noStorage));
  await visitor.failure().waitFor();
  expect(await visitor.failure().textContent()).toContain('This browser gives the page no storage');
  expect(await visitor.failure().getByRole('button', { name: 'Try again' }).isVisible()).toBe(true);
});

test('no isolation and no service worker to bring it: one thread, and the page says so', async () => {
  await visit(undefined, { bare: true });
  await visitor.ready();
  expect(await visitor.page.evaluate(() => crossOriginIsolated)).toBe(false);
  expect(await visitor.surestAnswer()).toBe(surest.text);
  const dialog = await visitor.chooseModel();
  expect(await dialog.textContent()).toContain('One thread only, because this page is not isolated yet.');
  expect(visitor.errors).toEqual([]);
});

test('a page that the browser had unloaded says so when it is back', async () => {
  await visit();
  await visitor.page.context().addInitScript(() => {
    Object.defineProperty(Document.prototype, 'wasDiscarded', { get: () => true });
  });
  await visitor.page.reload();
  await visitor.ready();
  expect(await visitor.page.locator('.notice').textContent()).toContain('had unloaded this page');
});
