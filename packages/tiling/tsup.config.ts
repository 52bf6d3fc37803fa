import { defineConfig } from 'tsup';

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/draw.ts',
    'src/node.ts',
    'src/pdf/index.ts',
    'src/pdf/pdf-worker.ts',
    'src/web.ts',
    'src/tile-worker.ts',
  ],
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  sourcemap: true,
  treeshake: true,
});
