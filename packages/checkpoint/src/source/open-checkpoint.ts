import type { FetchSnapshotOptions } from '../hub/fetch-snapshot.js';
import type { Checkpoint } from './checkpoint.js';
import { openFolder } from './open-folder.js';
import { resolveModel } from './resolve-model.js';

export type OpenCheckpointOptions = Omit<FetchSnapshotOptions, 'weights'>;

/**
 * Opens a checkpoint by folder or by Hub id, as OpenGVLab or transformers publish it: fetches what is missing, reads the
 * description, checks that every tensor is there, reads no weights yet.
 *
 * ```ts
 * const checkpoint = await openCheckpoint('OpenGVLab/InternVL2-1B');
 * const rows = await checkpoint.weights.readRows('language_model.model.embed_tokens.weight', 0, 16);
 * await checkpoint.close();
 * ```
 *
 * @param model a folder, or `owner/name[@revision]`
 * @throws as `resolveModel` and `openFolder`
 */
export async function openCheckpoint(
  model: string,
  options: OpenCheckpointOptions = {},
): Promise<Checkpoint> {
  const { path, hub } = await resolveModel(model, options);
  const { cache, env, signal } = options;
  return openFolder(path, { name: hub?.repo, cache, env, signal });
}
