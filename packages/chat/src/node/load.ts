import { Worker } from 'node:worker_threads';
import { InternVLError } from '@internvl/backend';
import { withoutTelemetry } from '@internvl/backend/node';
import type { Chat } from '../chat.js';
import { connectChat } from '../host/connect-chat.js';
import type { LoadOptions } from '../load-options.js';
import { LocalChat } from '../local-chat.js';
import { type MemoryOptions, memoryOptions } from '../memory-options.js';
import { loadModel } from './load-model.js';
import { workerTransport } from './worker-transport.js';

/** What a worker is told to load. */
export interface LoadRequest
  extends MemoryOptions,
    Pick<LoadOptions, 'precision' | 'threads' | 'cache' | 'checkMemory' | 'env'> {
  readonly model: string;
  readonly backend: string | undefined;
}

/**
 * Loads a model: a folder as Hugging Face publishes it, a Hub id (`'OpenGVLab/InternVL2-1B'`, optional `@revision`), or
 * a folder that the converter wrote. What is not converted yet is converted first, into the cache.
 *
 * The model lives in a worker thread, so that the event loop never waits for it; with `worker: false`, in this one.
 *
 * @throws the codes of `openCheckpoint` and the converter (`model-not-found`, `shard-missing`, `architecture-unknown`,
 *   `disk-full`, …), `memory-short`, `device-missing`, `template-unknown`, `tokenizer-unreadable`, `invalid-option`, `signal.reason`
 *   when aborted
 */
export async function load(
  model: string,
  { worker, signal, onProgress, onNote, ...options }: LoadOptions = {},
): Promise<Chat> {
  signal?.throwIfAborted();
  const { backend } = options;
  const hooks = { signal, onProgress, onNote };
  if (!(worker ?? typeof backend !== 'object')) {
    return new LocalChat(await loadModel(model, { ...options, ...hooks }), options);
  }
  if (typeof backend === 'object') {
    throw new InternVLError(
      'invalid-option',
      'Expected the name of a backend for a model in a worker, got a backend; name one, or pass worker: false.',
      { option: 'backend', value: backend.name },
    );
  }
  const { precision, threads, cache, checkMemory, env } = options;
  const request: LoadRequest = {
    model,
    backend,
    precision,
    threads,
    cache,
    checkMemory,
    env: env && { ...env },
    ...memoryOptions(options),
  };
  withoutTelemetry();
  const entry = new URL(import.meta.resolve('#node-worker'));
  return connectChat(workerTransport(new Worker(entry)), request, hooks);
}
