import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import type { TestProjectInlineConfiguration } from 'vitest/config';

/** With these two headers a page may share memory between threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The AI SDK has parts that are no modules. Only one package's tests see it: it is named by where it lies. */
const bundled = { ai6: ofAiSdk('ai6/dist/index.mjs'), ai7: ofAiSdk('ai7/dist/index.js') };

function ofAiSdk(path: string): string {
  return fileURLToPath(new URL(`../../ai-sdk/node_modules/${path}`, import.meta.url));
}

/** The tests of all packages that run in Chromium: `*.browser.test.ts`. `shared` is a folder beside the repository that they may read. */
export function browserProject(executablePath: string, shared: string): TestProjectInlineConfiguration {
  return {
    resolve: {
      alias: bundled,
      conditions: ['@internvl/source', 'onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development'],
    },
    server: { headers: isolation, fs: { allow: ['.', shared] } },
    // For the set-up, which runs in Node.
    ssr: { resolve: { conditions: ['@internvl/source', 'node', 'module', 'import', 'default'] } },
    // Everything else that runs in a browser is modules already; what is found on the way would reload the page in the middle of a test.
    optimizeDeps: { noDiscovery: true, include: Object.keys(bundled) },
    test: {
      name: 'browser',
      globalSetup: [
        'packages/chat/src/testing/serve-goldens.ts',
        'packages/chat/src/testing/nano-int8-answers.ts',
        'packages/checkpoint/src/testing/expected-manifests.ts',
      ],
      include: ['packages/*/src/**/*.browser.test.ts', 'examples/**/*.browser.test.ts'],
      testTimeout: 120_000,
      hookTimeout: 120_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        instances: [{ browser: 'chromium' }],
        provider: playwright({
          launchOptions: { executablePath, args: ['--no-sandbox', '--enable-unsafe-webgpu'] },
        }),
      },
    },
  };
}
