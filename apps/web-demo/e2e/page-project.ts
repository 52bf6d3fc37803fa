import { fileURLToPath } from 'node:url';
import type { TestProjectConfiguration } from 'vitest/config';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests of the built page in a real browser, one file after the other: each of them fills both cores. */
export const pageProject: TestProjectConfiguration = {
  resolve: { conditions: ['@internvl/source', 'node'] },
  test: {
    name: 'page',
    root: file('..'),
    include: ['e2e/*.test.ts'],
    globalSetup: file('build-page.ts'),
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
  },
};
