import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { Plugin } from 'vite';

const root = dirname(createRequire(import.meta.url).resolve('@internvl/nano/config.json'));
const names = [
  ...readdirSync(root).filter((name) => ['.safetensors', '.model', '.json'].includes(extname(name))),
  ...readdirSync(join(root, 'samples'))
    .filter((name) => name.endsWith('.png'))
    .map((name) => `samples/${name}`),
].filter((name) => name !== 'package.json' && name !== 'evaluation.json');

/** Serves the shipped checkpoint and its sample images under `nano/`, as any folder of a checkpoint. */
export function nanoFiles(): Plugin {
  return {
    name: 'nano-files',
    configureServer(server) {
      server.middlewares.use('/nano', (request, response, next) => {
        const name = request.url?.slice(1) ?? '';
        if (names.includes(name)) response.end(readFileSync(join(root, name)));
        else next();
      });
    },
    generateBundle() {
      for (const name of names) {
        this.emitFile({ type: 'asset', fileName: `nano/${name}`, source: readFileSync(join(root, name)) });
      }
    },
  };
}
