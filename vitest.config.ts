import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['@internvl/source', 'node', 'module', 'import', 'default'];

export default defineConfig({
  test: {
    projects: [
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
          benchmark: { include: ['packages/*/src/**/*.bench.ts'] },
          testTimeout: 120_000,
          hookTimeout: 120_000,
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
