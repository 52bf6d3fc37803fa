import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { nanoFiles } from './build/nano-files.js';
import { offlineFiles } from './build/offline-files.js';
import { staticHost } from './build/static-host.js';
import { headers } from './src/offline/headers.js';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const isolation = {
  'Cross-Origin-Opener-Policy': headers['Cross-Origin-Opener-Policy']!,
  'Cross-Origin-Embedder-Policy': headers['Cross-Origin-Embedder-Policy']!,
};

export default defineConfig({
  root: file('.'),
  // Relative addresses: the page may lie in any folder of a host.
  base: './',
  plugins: [nanoFiles(), staticHost(), offlineFiles()],
  resolve: {
    conditions: [
      '@internvl/source',
      // ONNX Runtime without the second copy of its loader: `src/worker.ts` names both files.
      'onnxruntime-web-use-extern-wasm',
      'module',
      'browser',
      'development|production',
    ],
  },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    rollupOptions: {
      input: { page: file('index.html'), 'service-worker': file('src/offline/service-worker.ts') },
      output: {
        // Its address must stay the same, and its folder is what it may serve.
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { headers: isolation },
  preview: { headers },
});
