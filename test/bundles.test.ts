import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundle } from './bundle.js';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));

/** Packages and entries that are for Node alone. */
const nodePackages = new Set(['backend-node', 'cli']);
const nodeEntry = /^\.\/(node|pdf|duckdb|bullmq|pg-boss|synth|package\.json)\b/;

/** Kilobytes of a minified, gzipped entry. The number moves in the commit that moves it. */
const budgets: ReadonlyMap<string, number> = new Map([
  ['@internvl/ai-sdk', 7],
  ['@internvl/chat/remote', 11],
  ['@internvl/tiling', 5],
  ['@internvl/tokenizer', 12],
  ['@internvl/backend/remote', 10],
]);

/** What an entry leaves for the page to serve. */
const runtimes: ReadonlyMap<string, readonly string[]> = new Map([
  ['@internvl/backend-web', ['onnxruntime-web/webgpu']],
]);

interface Entry {
  readonly name: string;
  readonly source: string;
}

/** Every entry point that a browser may import, by its source. */
function browserEntries(): Entry[] {
  return readdirSync(packages)
    .filter((folder) => !nodePackages.has(folder))
    .flatMap((folder) => {
      const manifest: { name: string; exports: Record<string, string | { '@internvl/source': string }> } =
        JSON.parse(readFileSync(`${packages}${folder}/package.json`, 'utf8'));
      return Object.entries(manifest.exports).flatMap(([path, target]) =>
        typeof target === 'string' || nodeEntry.test(path)
          ? []
          : [
              {
                name: manifest.name + path.slice(1),
                source: `${packages}${folder}/${target['@internvl/source']}`,
              },
            ],
      );
    });
}

test.each(browserEntries())('$name runs without Node and keeps its size', async ({ name, source }) => {
  const { outside, kilobytes } = await bundle(source);
  expect(outside, 'a browser has none of these').toEqual(runtimes.get(name) ?? []);
  expect(kilobytes, `kB, minified and gzipped`).toBeLessThanOrEqual(
    budgets.get(name) ?? Number.POSITIVE_INFINITY,
  );
});
