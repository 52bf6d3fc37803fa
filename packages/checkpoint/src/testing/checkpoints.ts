import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** The committed checkpoints: `fixtures/checkpoints`. */
export const fixtures: string = join(repository, 'fixtures', 'checkpoints');

/** The full set beside the repository; undefined where it is absent. */
export const goldens: string | undefined = [
  join(process.env.INTERNVL_SHARED ?? join(repository, '..', 'shared'), 'goldens'),
].find((folder) => existsSync(folder));

/** Checkpoint folders in a folder of them. */
export function checkpointNames(folder: string): string[] {
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'config.json')));
}
