import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Environment variables; `process.env` by default wherever one is taken. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where converted models and remembered digests are kept: `cache` if given, else `INTERNVL_CACHE`, else `internvl` in the
 * user's cache folder (`XDG_CACHE_HOME`, `LOCALAPPDATA` on Windows, or `~/.cache`). Hub downloads are not in here; they lie
 * where Python's client keeps them.
 */
export function cacheDirectory(options: { cache?: string | undefined; env?: Environment } = {}): string {
  const { cache, env = process.env } = options;
  const own = cache ?? env.INTERNVL_CACHE;
  if (own !== undefined && own !== '') return resolve(own);
  return join(userCacheDirectory(env), 'internvl');
}

/** `XDG_CACHE_HOME`, `LOCALAPPDATA` on Windows, or `~/.cache`. */
function userCacheDirectory(env: Environment): string {
  const local = process.platform === 'win32' ? env.LOCALAPPDATA : undefined;
  const named = env.XDG_CACHE_HOME ?? local;
  return named !== undefined && named !== '' ? named : join(homeDirectory(env), '.cache');
}

/** The user's home folder. */
export function homeDirectory(env: Environment): string {
  const home = process.platform === 'win32' ? env.USERPROFILE : env.HOME;
  return home !== undefined && home !== '' ? home : homedir();
}
