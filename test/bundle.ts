import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What a browser would download of a program. */
export interface Bundle {
  /** Imports that are no part of it: Node's modules, ONNX Runtime, native packages. */
  readonly outside: readonly string[];
  /** Minified and gzipped. */
  readonly kilobytes: number;
}

/** Bundles an entry, by its path, for a browser. */
export async function bundle(source: string): Promise<Bundle> {
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
    // Left as imports, to be found, instead of failing to resolve.
    external: ['node:*', 'onnxruntime-*', 'sharp'],
    logLevel: 'silent',
  });
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`nothing came of ${source}`);
  return { outside, kilobytes: gzipSync(file.contents, { level: 9 }).length / 1000 };
}
