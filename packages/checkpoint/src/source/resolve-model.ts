import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { type FetchSnapshotOptions, fetchSnapshot } from '../hub/fetch-snapshot.js';
import { parseHubId } from '../hub/hub-id.js';
import { homeDirectory } from './cache-directory.js';
import { hasCode } from './error-code.js';

/** Where a model lies, and what it was called. */
export interface ResolvedModel {
  /** Folder with its files. */
  readonly path: string;
  /** Set when it came from the Hub. */
  readonly hub?: { readonly repo: string; readonly revision: string; readonly commit: string };
}

/**
 * A local folder, or a Hub id with an optional `@revision` whose files are fetched into the Hub cache first. An existing
 * folder wins over an id that is spelled the same.
 *
 * @throws `model-not-found`, and as `fetchSnapshot`
 */
export async function resolveModel(
  model: string,
  options: FetchSnapshotOptions = {},
): Promise<ResolvedModel> {
  const { env = process.env } = options;
  const path = model.startsWith('~/') ? join(homeDirectory(env), model.slice(2)) : model;
  const kind = await kindOf(path);
  if (kind === 'folder') return { path };
  const looksLikePath = /^(\.{0,2}[\\/]|~|[A-Za-z]:[\\/])|\\/.test(model);
  const id = looksLikePath || kind === 'file' ? undefined : parseHubId(model);
  if (id === undefined) {
    const found = kind === 'file' ? 'a file; pass the folder that holds config.json' : 'nothing there';
    throw new InternVLError(
      'model-not-found',
      `Expected a checkpoint folder or a Hub id such as OpenGVLab/InternVL2-1B, got ${JSON.stringify(model)}, found ${found}.`,
      { model },
    );
  }
  const snapshot = await fetchSnapshot(id, options);
  return { path: snapshot.path, hub: { ...id, commit: snapshot.commit } };
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'].some((code) => hasCode(error, code))) {
      return 'nothing';
    }
    throw error;
  }
}
