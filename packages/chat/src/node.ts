import type { Chat } from './chat.js';
import type { LoadOptions } from './load-options.js';

/**
 * Loads a model: a folder as Hugging Face publishes it, a Hub id (`'OpenGVLab/InternVL2-1B'`, optional `@revision`), or
 * a folder that `convert` wrote.
 *
 * @throws the codes of `openCheckpoint` and `convert` (`model-not-found`, `shard-missing`, `architecture-unknown`, …),
 *   `device-missing`, `template-unknown`, `signal.reason` when aborted.
 */
export declare function load(model: string, options?: LoadOptions): Promise<Chat>;

export type * from './index.js';
