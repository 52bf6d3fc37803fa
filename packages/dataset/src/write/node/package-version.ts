import { readFile } from 'node:fs/promises';

/** The version of this package, from its manifest, wherever a bundler has put this file. */
export async function packageVersion(): Promise<string> {
  for (let up = '../'; up.length <= 12; up += '../') {
    const text = await readFile(new URL(`${up}package.json`, import.meta.url), 'utf8').catch(() => undefined);
    const manifest: unknown = text === undefined ? undefined : JSON.parse(text);
    if (
      typeof manifest !== 'object' ||
      manifest === null ||
      !('name' in manifest) ||
      !('version' in manifest)
    )
      continue;
    if (manifest.name === '@internvl/dataset') return String(manifest.version);
  }
  return 'unknown';
}
