import type { Browser } from 'playwright';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { longestTaskMs } from '../../../packages/backend-web/scripts/main-thread.js';
import { type StaticServer, serveStatic } from './static-server.js';
import { firstImage, launch, recordedTurns, sample, surest, Visitor } from './visitor.js';

let browser: Browser;
let server: StaticServer;
let visitor: Visitor;
beforeAll(async () => {
  browser = await launch();
  server = await serveStatic(inject('builtPage'));
  visitor = await Visitor.open(browser, server.url, { permissions: ['clipboard-read', 'clipboard-write'] });
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

test.each([
  ['Sample image 1', 'shapes-1.png'],
  ['Sample image 2', 'shapes-0.png'],
  ['Sample image 3', 'chart-4.png'],
  ['Sample image 4', 'receipt-5.png'],
])('%s: the answers of the reference', async (name, file) => {
  for (const { question, text } of recordedTurns(file).slice(0, 3)) {
    // Each question was recorded as the first of a conversation, which a visit begins.
    await visitor.page.reload();
    await visitor.ready();
    // The page shows one of them from the beginning: what was clicked is another picture of the same name.
    const before = await visitor.page.locator('.view img').getAttribute('src');
    await visitor.page.getByRole('button', { name, exact: true }).click();
    await visitor.page.locator(`.view img[alt="${file}"]:not([src="${before}"])`).waitFor();
    expect(await visitor.textOf(await visitor.ask(question)), question).toBe(text);
  }
});

test('a second question about the same image needs no vision, and little of the prompt', async () => {
  expect(await visitor.surestAnswer()).toBe(surest.text);
  const second = await visitor.ask('Is there a square in the image?');
  const times = await second.locator('.times').textContent();
  expect(times).toContain('no new tiles');
  expect(Number(/(\d+) of them kept/.exec(times ?? '')?.[1])).toBeGreaterThan(160);
});

test.each([
  ['vision', '.answer .status', /tiles: \d+ of/],
  ['prefill', '.answer .status', /prompt: \d+ of/],
  ['decoding', '.answer .text', /\S/],
])('stopped in the middle of %s, the next question is answered', async (_, selector, pattern) => {
  await visitor.page.locator('input[type=range]').fill('40');
  await visitor.page
    .locator('input[type=file][multiple]')
    .first()
    .setInputFiles([sample('receipt-5.png'), sample('page-6.png')]);
  await expect.poll(() => visitor.page.locator('.strip li').count()).toBe(3);
  await visitor.stopWhen(selector, pattern);
  await visitor.page.locator('.composer textarea').fill('Describe the image.');
  await visitor.page.keyboard.press('Enter');
  await expect.poll(() => visitor.answers.first().textContent()).toContain('Stopped.');
  expect(await visitor.answers.first().locator('.times').count()).toBe(0);
  const next = await visitor.ask('How many shapes are there?');
  expect(await visitor.textOf(next)).not.toBe('');
  expect(visitor.errors).toEqual([]);
});

test('tasks are one click in both languages; another answer and a copy of it are one more', async () => {
  await visitor.page.locator('.tasks').getByRole('button', { name: '描述' }).click();
  const answer = await visitor.finished(0);
  expect(await visitor.textOf(answer)).toMatch(/\p{Script=Han}/u);
  await answer.getByRole('button', { name: 'Copy' }).click();
  await answer.getByText('Copied.').waitFor();
  expect(await visitor.page.evaluate(() => navigator.clipboard.readText())).toBe(
    await visitor.textOf(answer),
  );
  await answer.getByRole('button', { name: 'Try another answer' }).click();
  await visitor.finished(0);
  expect(await visitor.answers.count()).toBe(1);
  for (const name of ['Question', '问答', 'Summary', '总结']) {
    const count = await visitor.answers.count();
    await visitor.page.locator('.tasks').getByRole('button', { name }).click();
    await visitor.finished(count);
  }
  expect(visitor.errors).toEqual([]);
});

test('a grounded answer is drawn as a box over the image', async () => {
  // What was asked for, and what the recorded answer points at: right or not.
  const [, wanted = '', text = ''] = recordedTurns(firstImage)
    .map(({ question, text }) => [question, /<ref>(.+)<\/ref>/.exec(question)?.[1], text])
    .find(([, ref]) => ref !== undefined)!;
  const [, label, box = ''] = /^(.*?)\[\[(.+?)\]\]/.exec(text)!;
  await visitor.page.locator('.composer textarea').fill(wanted);
  await visitor.page.getByRole('button', { name: 'Locate' }).click();
  const answer = await visitor.finished(0);
  const { width, height } = await visitor.page.locator('.view img').evaluate((image: HTMLImageElement) => ({
    width: image.naturalWidth,
    height: image.naturalHeight,
  }));
  // Thousandths of the image, shown as whole pixels.
  const [left, top, right, bottom] = box
    .split(', ')
    .map((at, index) => Math.trunc((Number(at) / 1000) * (index % 2 === 0 ? width : height)));
  expect(await answer.locator('.chip').first().textContent()).toBe(
    `${label} ${left}, ${top} – ${right}, ${bottom}`,
  );
  expect(await visitor.page.locator('.boxes rect').count()).toBeGreaterThan(0);
});

test('the interface speaks Chinese, at once and at the next visit', async () => {
  await visitor.page.getByLabel('Language').selectOption('zh');
  const send = () => visitor.page.locator('.composer button[type=submit]').textContent();
  expect(await send()).toBe('发送');
  expect(await visitor.page.title()).toBe('浏览器里的 InternVL');
  await visitor.page.reload();
  await visitor.ready();
  expect(await send()).toBe('发送');
  expect(await visitor.page.locator('html').getAttribute('lang')).toBe('zh-CN');
  await visitor.page.getByLabel('语言').selectOption('en');
  expect(await send()).toBe('Send');
});

test('a visitor who comes back to a tab that was hidden for long is told what that does', async () => {
  await visitor.page.evaluate(() => {
    let hidden = false;
    Object.defineProperty(document, 'hidden', { get: () => hidden });
    const turn = (now: boolean) => {
      hidden = now;
      document.dispatchEvent(new Event('visibilitychange'));
    };
    const watch = new MutationObserver(() => {
      if (!document.querySelector('.composer button.stop')) return;
      watch.disconnect();
      turn(true);
      const clock = performance.now.bind(performance);
      performance.now = () => clock() + 60_000;
      turn(false);
    });
    watch.observe(document.body, { subtree: true, attributes: true });
  });
  await visitor.ask('How many shapes are there?');
  expect(await visitor.page.locator('.notice').textContent()).toContain('Browsers slow hidden tabs down.');
});

test('the page is never held up for 50 ms while a model is opened and answers', async () => {
  const session = await visitor.page.context().newCDPSession(visitor.page);
  const mark = (label: string) => visitor.page.evaluate((said) => console.timeStamp(said), label);
  const longest = (act: () => Promise<unknown>) => longestTaskMs(session, mark, act);
  const answering = await longest(async () => {
    for (const question of ['Describe the image.', surest.question, '描述这张图片。'])
      await visitor.ask(question);
  });
  expect(answering).toBeLessThanOrEqual(50);
  const opening = await longest(async () => {
    const dialog = await visitor.chooseModel();
    await dialog.getByRole('button', { name: 'Open nano' }).click();
    await visitor.ready();
  });
  expect(opening).toBeLessThanOrEqual(50);
  // That a script which does hold it up would be seen.
  const busy = await longest(() =>
    visitor.page.evaluate(() => {
      let number = 1;
      for (let count = 0; count < 5e8; count++) number = Math.imul(number, 31) + count;
      return number;
    }),
  );
  expect(busy).toBeGreaterThan(50);
});
