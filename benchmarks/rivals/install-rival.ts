import { execFile } from 'node:child_process';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Packages that are measured against; never dependencies of this repository. */
export const rivals = {
  'node-llama-cpp': '3.22.1',
  '@huggingface/transformers': '4.3.1',
} as const;

export type Rival = keyof typeof rivals;

/**
 * Installs a rival from the registry into a folder of its own, once; no install script of it or its dependencies runs.
 *
 * @returns the folder of the package
 */
export async function installRival(name: Rival, folder: string): Promise<string> {
  const own = join(folder, name.replace('/', '-'));
  const installed = join(own, 'node_modules', name);
  if (await stat(join(installed, 'package.json')).catch(() => undefined)) return installed;
  await mkdir(own, { recursive: true });
  await writeFile(join(own, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', ...flags, `${name}@${rivals[name]}`], { cwd: own });
  return installed;
}
