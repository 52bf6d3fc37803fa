import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';

const SERVICE_WORKER = 'service-worker.js';

/** Writes the list of built files, with the digests of their contents, into the service worker. */
export function offlineFiles(): Plugin {
  return {
    name: 'offline-files',
    apply: 'build',
    writeBundle({ dir }) {
      const folder = dir!;
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name !== SERVICE_WORKER && name !== '_headers')
        .filter((name) => statSync(join(folder, name)).isFile())
        .map((name) => [relative('', name).split(sep).join('/'), digest(join(folder, name))] as const);
      const path = join(folder, SERVICE_WORKER);
      const list = JSON.stringify(Object.fromEntries(files));
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace('BUILT_FILES', () => list),
      );
    },
  };
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
}
