import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/**
 * A path as a meta file writes it: beside the meta file where it is there, else from the working folder, where InternVL's scripts run.
 * Absolute paths and addresses stay.
 */
export function besideOrHere(path: string, folder: string): string {
  if (isAbsolute(path) || /^[a-z][a-z\d+.-]+:\/\//i.test(path)) return path;
  const beside = join(folder, path);
  return !existsSync(beside) && existsSync(path) ? path : beside;
}
