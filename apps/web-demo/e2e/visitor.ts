import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
  type Worker,
} from 'playwright';
import { chromium as findChromium } from '../../../packages/backend-web/scripts/chromium.js';

/** A folder of the repository, by its path from this one. */
export const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
export const nanoFolder = folder('../../../models/nano/');
export const sample = (name: string) => `${nanoFolder}samples/${name}`;

interface Turn {
  readonly question: string;
  readonly text: string;
  readonly tiles: number;
  readonly smallest_gap: number;
}

/** The image that the page shows at the first visit. */
export const firstImage = 'shapes-1.png';

/** What OpenGVLab's own `chat()` answered about a sample image, where no other arithmetic may go another way. */
export function recordedTurns(file: string): readonly Turn[] {
  const samples: readonly { readonly file: string; readonly turns: readonly Turn[] }[] = JSON.parse(
    readFileSync(sample('samples.json'), 'utf8'),
  );
  return samples.find((entry) => entry.file === file)!.turns.filter((turn) => turn.smallest_gap >= 0.001);
}

/** Of the answers about the first image in one piece of text, the one that other arithmetic changes last. */
export const surest = recordedTurns(firstImage)
  .filter(({ question }) => !question.includes('<'))
  .reduce((best, turn) => (turn.smallest_gap > best.smallest_gap ? turn : best));

export function launch({ webgpu = true }: { webgpu?: boolean } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium()!,
    args: [
      '--no-sandbox',
      ...(webgpu ? ['--enable-unsafe-webgpu'] : []),
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  });
}

/** Somebody with a browser of their own, and everything that went wrong in it. */
export class Visitor {
  readonly page: Page;
  /** Errors of the console and of scripts, violations of the Content-Security-Policy among them. */
  readonly errors: string[] = [];
  /** Addresses outside of the page's own server. */
  readonly foreign: string[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.context().on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !url.startsWith('blob:') && !url.startsWith('data:'))
        this.foreign.push(url);
    });
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ locale: 'en-GB', serviceWorkers: 'block', ...options });
    await context.addInitScript(() => {
      // A violation inside of a worker does not reach the page's console everywhere, but its event does reach its document.
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    context.setDefaultTimeout(200_000);
    const visitor = new Visitor(await context.newPage(), new URL(url).origin);
    await visitor.page.goto(url);
    return visitor;
  }

  /** Waits until a model is open. */
  async ready(): Promise<void> {
    await this.page.locator('.composer button[type=submit]:enabled').waitFor();
  }

  get answers(): Locator {
    return this.page.locator('.answer');
  }

  /** Asks with the keyboard and waits for the whole answer. */
  async ask(question: string): Promise<Locator> {
    const before = await this.answers.count();
    await this.page.locator('.composer textarea').fill(question);
    await this.page.keyboard.press('Enter');
    return this.finished(before);
  }

  /** The answer with this index, when it is complete. */
  async finished(index: number): Promise<Locator> {
    const answer = this.answers.nth(index);
    await answer.locator('.times').waitFor();
    return answer;
  }

  /** What the model that is open answers to the surest question; `surest.text` where all is well. */
  async surestAnswer(): Promise<string> {
    return this.textOf(await this.ask(surest.question));
  }

  async textOf(answer: Locator): Promise<string> {
    return (await answer.locator('.text').textContent()) ?? '';
  }

  /** Presses Stop at the very moment at which an element that fits `selector` has a text that fits `pattern`. */
  async stopWhen(selector: string, pattern: RegExp): Promise<void> {
    await this.page.evaluate(
      ([selector, source]) => {
        const fits = new RegExp(source!);
        const watch = new MutationObserver(() => {
          const shown = [...document.querySelectorAll(selector!)].at(-1)?.textContent ?? '';
          if (!fits.test(shown)) return;
          watch.disconnect();
          document.querySelector<HTMLButtonElement>('.composer button.stop')?.click();
        });
        watch.observe(document.body, { subtree: true, childList: true, characterData: true });
      },
      [selector, pattern.source] as const,
    );
  }

  /** What went wrong, as the page tells it, or the open dialog on it. */
  failure(where: 'main' | 'dialog' = 'main'): Locator {
    return this.page.locator(`${where} .failure`);
  }

  /** Takes the next step that a failure offers. */
  async goOn(label: string): Promise<void> {
    await this.failure().getByRole('button', { name: label }).click();
  }

  /** The worker in which the model is. */
  get worker(): Worker {
    return this.page.workers()[0]!;
  }

  /** Begins to ask, and waits until the answer has begun. */
  async beginToAsk(question: string): Promise<void> {
    const before = await this.answers.count();
    await this.page.locator('.composer textarea').fill(question);
    await this.page.keyboard.press('Enter');
    await this.answers.nth(before).locator('.text').filter({ hasText: /\S/ }).waitFor();
  }

  /** Opens the dialog in which a model is chosen. */
  async chooseModel(): Promise<Locator> {
    await this.page.locator('button.model').click();
    return this.page.locator('dialog[open]');
  }

  /** Looks a model up at a Hub of this address. */
  async lookUp(id: string, hub: string): Promise<Locator> {
    const dialog = await this.chooseModel();
    await dialog.getByText('Another Hub address').click();
    await dialog.locator('input[type=url]').fill(hub);
    await dialog.getByLabel('Hugging Face id').fill(id);
    await dialog.getByRole('button', { name: 'Look up' }).click();
    return dialog;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
