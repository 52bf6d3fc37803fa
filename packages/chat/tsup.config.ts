import { defineConfig } from 'tsup';

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/host/index.ts',
    'src/node.ts',
    'src/node-worker.ts',
    'src/remote/index.ts',
    'src/web.ts',
  ],
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  sourcemap: true,
  treeshake: true,
});
