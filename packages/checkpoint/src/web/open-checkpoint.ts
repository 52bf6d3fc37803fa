import { InternVLError } from '@internvl/backend';
import { parseHubId } from '../hub/hub-id.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { openAddress } from './open-address.js';
import { filesIn, folderAmong, openFiles } from './open-files.js';
import { openHub } from './open-hub.js';
import type { OpenWebCheckpointOptions, WebModel } from './web-model.js';

/**
 * Opens a checkpoint in a browser: a Hub id, a folder or files the visitor chose, a folder served over HTTP. Reads its small
 * files and the headers of its weights, a few megabytes at most, checks that every tensor is there, reads no weights yet.
 *
 * ```ts
 * const checkpoint = await openCheckpoint('OpenGVLab/InternVL2-1B');
 * const model = await (await modelStore()).convert(checkpoint, { precision: 'q4' });
 * ```
 *
 * @throws `model-not-found`, `hub-unauthorized`, `network`, `hash-mismatch`, `size-mismatch`, `ranges-unsupported`,
 * `file-missing`, `shard-missing`, `config-invalid`, `architecture-unknown`, `architecture-unsupported`,
 * `safetensors-header`, `shard-truncated`, `dtype-unknown`, `tensor-missing`, `tensor-shape`; `signal.reason` when aborted
 */
export async function openCheckpoint(
  model: WebModel,
  options: OpenWebCheckpointOptions = {},
): Promise<Checkpoint> {
  options.signal?.throwIfAborted();
  if (typeof model === 'string') {
    const id = parseHubId(model);
    if (id) return openHub(id, options);
    throw new InternVLError(
      'model-not-found',
      `Expected a Hub id such as OpenGVLab/InternVL2-1B, got ${JSON.stringify(model)}; a folder that a server hands out is passed as { baseUrl }.`,
      { model },
    );
  }
  if ('baseUrl' in model) return openAddress(model, options);
  if ('length' in model) return openFiles(folderAmong(model), options);
  return openFiles(await filesIn(model), options);
}
