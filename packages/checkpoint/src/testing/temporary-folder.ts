import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { fixtures } from './checkpoints.js';

/** A folder that is gone when the test is. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'internvl-checkpoint-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A fixture that may be damaged, without its records. */
export async function copyOfFixture(name: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await cp(join(fixtures, name), path, {
    recursive: true,
    filter: (source) => !source.endsWith('golden'),
  });
  return path;
}
