import type { DeviceFacts } from '@internvl/backend-web';
import type { Progress } from '@internvl/checkpoint';
import type { StoredModel, StoreEstimate, WebModel } from '@internvl/checkpoint/web';
import type { MemoryOptions } from '../memory-options.js';
import type { CheckpointFacts, ModelToLoad, WebLoadOptions } from './web-chat-host.js';

/** What a worker can be asked beside what its chats can be asked. */
export interface WebCalls {
  probe: { input: null; out: never; end: DeviceFacts };
  list: { input: null; out: never; end: readonly StoredModel[] };
  remove: { input: { id: string }; out: never; end: null };
  estimate: { input: null; out: never; end: StoreEstimate };
  persist: { input: null; out: never; end: boolean };
  inspect: { input: { checkpoint: WebModel }; out: Progress; end: CheckpointFacts };
  /** Serves one chat over a port; what is said there is the protocol of `../host`, and loading is its first call. */
  chat: { input: { port: MessagePort }; out: never; end: null };
}

/** What a chat in a worker is told to load. */
export interface WebLoadRequest extends MemoryOptions, Pick<WebLoadOptions, 'devices' | 'threads'> {
  readonly model: ModelToLoad;
}

/** Before anything else, so that neither side speaks before the other one listens: the page asks, the worker answers. */
export type Greeting =
  | { readonly type: 'hello' }
  /** `lock` is the name of a lock that the worker holds as long as it lives, where the browser has locks. */
  | { readonly type: 'ready'; readonly lock: string | undefined };

/** The greeting in a message, if it is one. */
export function greetingIn(message: unknown): Greeting | undefined {
  const { type, lock } = Object(message) as { readonly type?: unknown; readonly lock?: unknown };
  if (type === 'hello') return { type };
  if (type === 'ready') return { type, lock: typeof lock === 'string' ? lock : undefined };
  return undefined;
}
