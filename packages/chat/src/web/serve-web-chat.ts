import type { ModelStore } from '@internvl/checkpoint/web';
import type { Call } from '../host/messages.js';
import type { ClientMessage, HostMessage } from '../host/protocol.js';
import { type Perform, plain, serveCalls } from '../host/serve-calls.js';
import { serveChat } from '../host/serve-chat.js';
import { inspectCheckpoint } from './inspect-checkpoint.js';
import { holdLifeLock } from './life-lock.js';
import { loadChat } from './load-chat.js';
import { endTransport, type MessageEnd } from './message-end.js';
import { openStore } from './open-store.js';
import { type Greeting, greetingIn, type WebCalls, type WebLoadRequest } from './web-calls.js';
import type { WebRuntime } from './web-runtime.js';

/**
 * Serves models to the page that made this worker: the worker's whole program, to be called at its start.
 *
 * @param end where messages come from; the worker itself by default
 */
export function serveWebChat(runtime: WebRuntime, end: MessageEnd = globalThis): void {
  let opened: Promise<ModelStore> | undefined;
  const store = () => {
    opened ??= openStore(runtime).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };

  const perform: Perform<WebCalls> = async function* (call: Call<WebCalls>, { signal, tell }) {
    switch (call.method) {
      case 'probe':
        return plain(await runtime.probe());
      case 'list':
        return plain(await (await store()).list());
      case 'remove':
        await (await store()).remove(call.input.id, { signal });
        return plain(null);
      case 'estimate':
        return plain(await (await store()).estimate());
      case 'persist':
        return plain(await (await store()).persist());
      case 'inspect':
        return plain(await inspectCheckpoint(call.input.checkpoint, runtime, { signal, onProgress: tell }));
      case 'chat':
        serveChat<WebLoadRequest>(
          endTransport<ClientMessage<WebLoadRequest>, HostMessage>(call.input.port),
          async ({ model, ...options }, hooks) =>
            loadChat(model, runtime, await store(), { ...options, ...hooks }),
        );
        return plain(null);
    }
  };

  const lock = holdLifeLock();
  const greet = async () => {
    const ready: Greeting = { type: 'ready', lock: await lock };
    end.postMessage(ready, { transfer: [] });
  };
  end.addEventListener('message', ({ data }) => {
    if (greetingIn(data)?.type === 'hello') void greet();
  });
  serveCalls<WebCalls, Transferable>(endTransport(end), perform, async () => {});
  void greet();
}
