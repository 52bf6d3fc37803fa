import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder of the checkpoint that comes with the project. */
export const nanoFolder = dirname(createRequire(import.meta.url).resolve('@internvl/nano/config.json'));

/** A sample image with questions; `expected` is right, whatever a model says. */
export interface Sample {
  readonly file: string;
  readonly turns: readonly { readonly question: string; readonly expected: string }[];
}

export async function readSamples(): Promise<readonly Sample[]> {
  return JSON.parse(await readFile(join(nanoFolder, 'samples', 'samples.json'), 'utf8'));
}

export function samplePath(file: string): string {
  return join(nanoFolder, 'samples', file);
}
