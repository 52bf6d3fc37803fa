import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Environment, homeDirectory } from '../source/cache-directory.js';

/** How to reach a Hub and where its files are kept, by the variables that Python's client reads. */
export interface HubSettings {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly token?: string;
  /** The folder of `models--…` folders. */
  readonly cache: string;
  readonly offline: boolean;
}

/** The public Hub. */
const DEFAULT_ENDPOINT = 'https://huggingface.co';

/**
 * `HF_ENDPOINT`; `HF_TOKEN`, or the token file that `hf auth login` writes; `HF_HUB_CACHE`, or `hub` in `HF_HOME`, or in
 * `huggingface` in the user's cache folder; `HF_HUB_OFFLINE`.
 *
 * Source: `constants.py` of huggingface_hub.
 */
export async function hubSettings(env: Environment): Promise<HubSettings> {
  const home = variable(env, 'HF_HOME') ?? defaultHome(env);
  const cache = variable(env, 'HF_HUB_CACHE') ?? variable(env, 'HUGGINGFACE_HUB_CACHE') ?? join(home, 'hub');
  const endpoint = variable(env, 'HF_ENDPOINT') ?? DEFAULT_ENDPOINT;
  const token = await findToken(env, home);
  return {
    endpoint: endpoint.replace(/\/+$/, ''),
    cache: resolve(cache),
    offline: isTrue(env.HF_HUB_OFFLINE) || isTrue(env.TRANSFORMERS_OFFLINE),
    ...(token === undefined ? {} : { token }),
  };
}

function defaultHome(env: Environment): string {
  return join(variable(env, 'XDG_CACHE_HOME') ?? join(homeDirectory(env), '.cache'), 'huggingface');
}

async function findToken(env: Environment, home: string): Promise<string | undefined> {
  const named = variable(env, 'HF_TOKEN') ?? variable(env, 'HUGGING_FACE_HUB_TOKEN');
  if (named !== undefined) return named.trim();
  if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined;
  try {
    const text = await readFile(variable(env, 'HF_TOKEN_PATH') ?? join(home, 'token'), 'utf8');
    return text.trim() || undefined;
  } catch {
    return undefined;
  }
}

function variable(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(1|on|yes|true)$/i.test(value);
}
