import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { load } from '@internvl/chat/node';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { chromium as findChromium } from '../../../backend-web/scripts/chromium.js';
import { createHandler } from '../create-handler.js';
import { pdfReader } from '../node/pdf-reader.js';
import { type ListeningServer, serve } from '../node/serve.js';
import type { LogEntry, ServerOptions } from '../server-options.js';
import { until } from '../testing/requests.js';
import { ScriptedChat, type ScriptedChatOptions } from '../testing/scripted-chat.js';

const file = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const sample = file('models/nano/samples/shapes-1.png');
const executablePath = findChromium();
const require = createRequire(import.meta.url);

/* Where a Chromium is installed; INTERNVL_REQUIRE_WEBGPU=1 makes its absence a failure of @internvl/backend-web. */
describe.runIf(executablePath)('the page at /, in a browser', () => {
  let browser: Browser;
  let axe = '';
  const opened: { close(): Promise<unknown> }[] = [];
  beforeAll(async () => {
    axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  });
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
  });
  afterAll(() => browser?.close());

  /** A server and its page in a browser of its own; what goes wrong in the page is collected. */
  async function visit(
    options: ServerOptions,
    context: BrowserContextOptions = {},
  ): Promise<{ page: Page; errors: string[]; server: ListeningServer }> {
    const server = await serve(createHandler(options), { port: 0 });
    opened.push(server);
    const visitor = await browser.newContext(context);
    opened.push(visitor);
    const page = await visitor.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('data:'))
        errors.push(`asks for ${request.url()}`);
    });
    await page.goto(server.url);
    await page.locator('#model option').first().waitFor({ state: 'attached' });
    return { page, errors, server };
  }

  function scripted(script: ScriptedChatOptions = {}, options: Partial<ServerOptions> = {}) {
    const chat = new ScriptedChat(script);
    const log: LogEntry[] = [];
    return {
      chat,
      log,
      options: { models: { scripted: chat }, log: (entry: LogEntry) => log.push(entry), ...options },
    };
  }

  const answer = (page: Page) => page.locator('#answer').textContent();
  const note = (page: Page) => page.locator('#note').textContent();

  async function violations(page: Page): Promise<string[]> {
    // The page runs no script but its own, and neither that of a test: the debugger may.
    const session = await page.context().newCDPSession(page);
    await session.send('Page.setBypassCSP', { enabled: true });
    await page.evaluate(axe);
    const result: { violations: { id: string; nodes: { html: string }[] }[] } =
      await page.evaluate('axe.run()');
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  test('an image in, an answer out: what the model says about it', async () => {
    const samples: { file: string; turns: { question: string; response: string }[] }[] = JSON.parse(
      await readFile(file('models/nano/samples/samples.json'), 'utf8'),
    );
    const [turn] = samples.find(({ file }) => sample.endsWith(file))!.turns;
    const chat = await load(file('models/nano'), { backend: 'cpu' });
    opened.push({ close: () => chat.dispose() });
    const { page, errors } = await visit({ models: { nano: chat } });
    await page.locator('#files').setInputFiles(sample);
    await page.getByAltText('Image 1').waitFor();
    await page.getByLabel('Question').fill(turn!.question);
    await page.getByRole('button', { name: 'Ask' }).click();
    await expect.poll(() => note(page), { timeout: 60_000 }).toMatch(/\d+ tokens read, \d+ written/);
    expect(await answer(page)).toBe(turn!.response);
    expect(errors).toEqual([]);
  });

  test('the answer is shown as it comes; images, detail and PDF reach the model', async () => {
    let go = () => {};
    const wait = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { chat, options } = scripted(
      { says: () => 'one two three', pace: (index) => (index < 2 ? Promise.resolve() : wait) },
      { readPdf: pdfReader() },
    );
    const { page, errors } = await visit(options);
    await page.locator('#files').setInputFiles([sample, file('fixtures/pdf/two-pages.pdf')]);
    await page.getByText('PDF: two-pages.pdf').waitFor();
    await page.getByLabel('Detail').selectOption('low');
    await page.getByRole('button', { name: 'Ask' }).click();
    await expect.poll(() => answer(page)).toBe('one two ');
    go();
    await expect.poll(() => answer(page)).toBe('one two three');
    await page.getByRole('button', { name: 'Ask' }).waitFor();
    expect(chat.asked[0]?.turns[0]?.parts.map(({ type }) => type)).toEqual([
      'image',
      'image',
      'image',
      'text',
    ]);
    expect(chat.asked[0]?.options.maxTiles).toEqual([6, 6, 6]);
    await page.getByRole('button', { name: 'Remove images' }).click();
    expect(await page.locator('#shown').textContent()).toBe('');
    expect(errors).toEqual([]);
  });

  test('Stop ends the answer here and in the server', async () => {
    const { chat, log, options } = scripted({ says: () => 'word '.repeat(100_000) });
    const { page, errors } = await visit(options);
    await page.getByRole('button', { name: 'Ask' }).click();
    await expect.poll(() => answer(page)).toContain('word');
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => note(page)).toBe('Stopped.');
    await until(() => log.some(({ status }) => status === 499));
    expect(chat.active).toBe(0);
    expect(await answer(page)).toContain('word');
    await page.getByRole('button', { name: 'Ask' }).waitFor();
    expect(errors).toEqual([]);
  });

  test('an error is told: before the answer and in its middle', async () => {
    const early = await visit(scripted().options);
    await early.page.locator('#files').setInputFiles({
      name: 'broken.png',
      mimeType: 'image/png',
      buffer: Buffer.from('none'),
    });
    await early.page.getByRole('button', { name: 'Ask' }).click();
    await expect.poll(() => note(early.page)).toContain('Expected an image at');
    await early.page.locator('#files').setInputFiles({
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('hello'),
    });
    await expect.poll(() => note(early.page)).toContain('notes.txt is neither');
    const late = await visit(
      scripted({
        pace: async (index) => {
          if (index === 1) throw new Error('lost');
        },
      }).options,
    );
    await late.page.getByRole('button', { name: 'Ask' }).click();
    await expect.poll(() => note(late.page)).toContain('The server failed to answer');
    expect(await late.page.locator('#note').getAttribute('class')).toBe('error');
  });

  test('a server with keys asks for one', async () => {
    const { chat, options } = scripted({ says: () => '<b>bold</b>' }, { keys: ['secret'] });
    const server = await serve(createHandler(options), { port: 0 });
    opened.push(server);
    const context = await browser.newContext();
    opened.push(context);
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByLabel('Key').fill('secret');
    await page.getByLabel('Key').press('Tab');
    await page.locator('#model option').first().waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Ask' }).click();
    // What a model writes stays text.
    await expect.poll(() => answer(page)).toBe('<b>bold</b>');
    expect(await page.locator('#answer b').count()).toBe(0);
    expect(chat.asked).toHaveLength(1);
  });

  test('nothing but its own script runs', async () => {
    const { page, errors } = await visit(scripted().options);
    const ran = await page.evaluate(async () => {
      const tried = (make: () => HTMLElement) =>
        new Promise<void>((resolve) => {
          document.addEventListener('securitypolicyviolation', () => resolve(), { once: true });
          document.body.append(make());
        });
      await tried(() =>
        Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }),
      );
      await tried(() => Object.assign(document.createElement('img'), { src: 'https://example.com/a.png' }));
      return 'ran' in window;
    });
    expect(ran).toBe(false);
    expect(errors.length).toBeGreaterThanOrEqual(2);
  });

  test.each<[string, BrowserContextOptions]>([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['on a phone', { viewport: { width: 360, height: 740 } }],
  ])(
    'axe finds nothing, %s, with an image, an answer and an error; nothing is cut off',
    async (_, context) => {
      const { page } = await visit(scripted().options, context);
      expect(await violations(page)).toEqual([]);
      await page.locator('#files').setInputFiles(sample);
      await page.getByAltText('Image 1').waitFor();
      await page.getByRole('button', { name: 'Ask' }).click();
      await expect.poll(() => note(page)).toContain('written');
      expect(await violations(page)).toEqual([]);
      await page.locator('#files').setInputFiles({
        name: 'notes.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('hello'),
      });
      await page.locator('.error').waitFor();
      expect(await violations(page)).toEqual([]);
      const { scroll, client } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        client: document.documentElement.clientWidth,
      }));
      expect(scroll).toBeLessThanOrEqual(client);
    },
  );
});
