import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { build } from 'vite';
import { sendFile, serveStatic } from '../../apps/web-demo/e2e/static-server.js';
import { chromium as findChromium } from '../../packages/backend-web/scripts/chromium.js';
import type { Measured } from './measure.js';
import type { Case } from './page.js';

/** A Chromium with the benchmark's page, and folders of this machine to read checkpoints and images from. */
export interface BenchmarkPage {
  readonly version: string;
  /** `folders` are served by their names: `/nano/`. */
  run(wanted: Case): Promise<Measured>;
  close(): Promise<void>;
}

export async function openPage(
  outDir: string,
  folders: Readonly<Record<string, string>>,
): Promise<BenchmarkPage> {
  const root = fileURLToPath(new URL('.', import.meta.url));
  await build({
    root,
    base: './',
    configFile: false,
    logLevel: 'warn',
    resolve: {
      conditions: [
        '@internvl/source',
        'onnxruntime-web-use-extern-wasm',
        'module',
        'browser',
        'development|production',
      ],
    },
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2022' },
  });
  const server = await serveStatic(outDir, {
    extra: (request, response) => {
      const [, name = '', ...path] = new URL(request.url!, 'http://localhost').pathname.split('/');
      const folder = folders[name];
      if (folder === undefined) return false;
      sendFile(join(folder, ...path), request, response);
      return true;
    },
  });
  const browser = await chromium.launch({
    executablePath: findChromium()!,
    args: ['--no-sandbox', '--enable-unsafe-webgpu'],
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.goto(server.url);
  return {
    version: browser.version(),
    run: (wanted) => page.evaluate((given) => Reflect.get(globalThis, 'runCase')(given), wanted),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}
