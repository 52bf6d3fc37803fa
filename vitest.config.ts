import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { pageProject } from './apps/web-demo/e2e/page-project.js';
import { browserProject } from './packages/backend-web/scripts/browser-project.js';
import { chromium } from './packages/backend-web/scripts/chromium.js';

const conditions = ['@internvl/source', 'node'];

const browser = chromium();
const shared = process.env.INTERNVL_SHARED ?? fileURLToPath(new URL('../shared', import.meta.url));

export default defineConfig({
  test: {
    // CLI tests mostly wait for a process of their own: one worker a core, where the default leaves one core idle.
    maxWorkers: availableParallelism(),
    projects: [
      // Where a Chromium is installed; INTERNVL_REQUIRE_WEBGPU=1 makes its absence a failure of @internvl/backend-web.
      ...(browser ? [browserProject(browser, shared), pageProject] : []),
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'node',
          // Conversions that tests make stay out of the user's cache.
          env: { INTERNVL_CACHE: fileURLToPath(new URL('node_modules/.cache/internvl', import.meta.url)) },
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/src/**/*.test.ts',
            'examples/*.test.ts',
            'test/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/*.browser.test.ts'],
          benchmark: { include: ['packages/*/src/**/*.bench.ts'] },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
          typecheck: {
            enabled: true,
            include: ['packages/*/src/**/*.test-d.ts'],
            tsconfig: './tsconfig.types.json',
          },
        },
      },
    ],
  },
});
