import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const beside = fileURLToPath(new URL('../../shared/', import.meta.url));

/** The folder with the full sets of reference data, or undefined where it is absent. */
export function sharedFolder(): string | undefined {
  const folder = process.env.INTERNVL_SHARED ?? beside;
  return existsSync(folder) ? folder : undefined;
}
