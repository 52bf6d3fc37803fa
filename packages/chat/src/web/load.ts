import type { Chat } from '../chat.js';
import { loadChat } from './load-chat.js';
import { openStore } from './open-store.js';
import type { ModelToLoad, WebLoadOptions } from './web-chat-host.js';
import type { WebRuntime } from './web-runtime.js';

/**
 * Loads a model into this thread: for a worker with a protocol of its own, or a page that may stand still while a model
 * computes. Otherwise `connectWebChat`.
 *
 * @throws as `WebChatHost.load`, but for `host-lost`
 */
export async function load(
  model: ModelToLoad,
  runtime: WebRuntime,
  options: WebLoadOptions = {},
): Promise<Chat> {
  options.signal?.throwIfAborted();
  return loadChat(model, runtime, await openStore(runtime), options);
}
