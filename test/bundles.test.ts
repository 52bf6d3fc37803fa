import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));

/** Packages and entries that are for Node alone. */
const nodePackages = new Set(['backend-node', 'cli']);
const nodeEntry = /^\.\/(node|duckdb|bullmq|pg-boss|synth|package\.json)\b/;

/** Kilobytes of a minified, gzipped entry. The number moves in the commit that moves it. */
const budgets: ReadonlyMap<string, number> = new Map([
  ['@internvl/tiling', 5],
  ['@internvl/tokenizer', 12],
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

async function bundle(source: string) {
  const { metafile, outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@internvl/source'],
    // Left as imports, to be found below, instead of failing to resolve.
    external: ['node:*', 'onnxruntime-*', 'sharp'],
    logLevel: 'silent',
  });
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`nothing came of ${source}`);
  return { outside, kilobytes: gzipSync(file.contents, { level: 9 }).length / 1000 };
}

test.each(browserEntries())('$name runs without Node and keeps its size', async ({ name, source }) => {
  const { outside, kilobytes } = await bundle(source);
  expect(outside, 'a browser has none of these').toEqual([]);
  expect(kilobytes, `kB, minified and gzipped`).toBeLessThanOrEqual(
    budgets.get(name) ?? Number.POSITIVE_INFINITY,
  );
});
