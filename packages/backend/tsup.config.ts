import { defineConfig } from 'tsup';

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/ort/index.ts',
    'src/reference/index.ts',
    'src/conformance/index.ts',
    'src/onnx/index.ts',
    'src/node/index.ts',
    'src/remote/index.ts',
  ],
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  sourcemap: true,
  treeshake: true,
});
