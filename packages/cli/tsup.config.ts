import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/internvl.ts'],
  format: ['esm'],
  target: 'es2022',
  platform: 'node',
  sourcemap: true,
  treeshake: true,
});
