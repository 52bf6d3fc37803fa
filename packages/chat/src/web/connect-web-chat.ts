import { InternVLError } from '@internvl/backend';
import type { WebModel } from '@internvl/checkpoint/web';
import type { Chat } from '../chat.js';
import { connectChat } from '../host/connect-chat.js';
import { HostClient } from '../host/host-client.js';
import type { FromClient, FromHost } from '../host/messages.js';
import type { ClientMessage, HostMessage } from '../host/protocol.js';
import { memoryOptions } from '../memory-options.js';
import { endTransport, type WebWorker } from './message-end.js';
import type { WebCalls, WebLoadRequest } from './web-calls.js';
import type {
  CheckpointFacts,
  InspectOptions,
  ModelToLoad,
  StoredModels,
  WebChatHost,
  WebLoadOptions,
} from './web-chat-host.js';
import { WorkerLife } from './worker-life.js';

export interface ConnectWebOptions {
  /** Ends the waiting for the worker, and the worker. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long `dispose` waits for the worker to end in good order before it is terminated, as it is when it computes without a
   * pause. 2000 Ms by default.
   */
  readonly graceMs?: number | undefined;
}

/**
 * Connects a page to a worker whose program calls `serveWebChat`, and takes the worker over: disposing the host ends it.
 *
 * @throws `host-lost` when the worker does not start, `signal.reason` when aborted
 */
export async function connectWebChat(
  worker: WebWorker,
  { signal, graceMs = 2000 }: ConnectWebOptions = {},
): Promise<WebChatHost> {
  const life = new WorkerLife(worker);
  try {
    await life.begun(signal);
  } catch (error) {
    life.end();
    throw error;
  }
  return new ConnectedHost(worker, life, graceMs);
}

class ConnectedHost implements WebChatHost {
  readonly models: StoredModels;
  readonly #life: WorkerLife;
  readonly #graceMs: number;
  readonly #client: HostClient<WebCalls, Transferable>;
  readonly #chats = new Set<Chat>();
  #disposal: Promise<void> | undefined;

  constructor(worker: WebWorker, life: WorkerLife, graceMs: number) {
    this.#life = life;
    this.#graceMs = graceMs;
    const client = new HostClient<WebCalls, Transferable>(
      endTransport<FromHost<WebCalls>, FromClient<WebCalls>>(worker, (lost) => life.onLost(lost)),
    );
    this.#client = client;
    this.models = {
      list: () => client.call('list', null),
      remove: async (id) => void (await client.call('remove', { id })),
      estimate: () => client.call('estimate', null),
      persist: () => client.call('persist', null),
    };
  }

  probe() {
    return this.#client.call('probe', null);
  }

  async inspect(checkpoint: WebModel, { signal, onProgress }: InspectOptions = {}): Promise<CheckpointFacts> {
    const progress = this.#client.stream('inspect', { checkpoint }, signal);
    for (;;) {
      const next = await progress.next();
      if (next.done) return next.value;
      onProgress?.(next.value);
    }
  }

  async load(
    model: ModelToLoad,
    { signal, onProgress, onNote, devices, threads, ...options }: WebLoadOptions = {},
  ): Promise<Chat> {
    signal?.throwIfAborted();
    const { port1, port2 } = new MessageChannel();
    const transport = endTransport<HostMessage, ClientMessage<WebLoadRequest>>(port1, (lost) =>
      this.#life.onLost(lost),
    );
    try {
      await this.#client.call('chat', { port: port2 }, signal, [port2]);
    } catch (error) {
      transport.post({ type: 'close' }, []);
      await transport.close();
      throw error;
    }
    const request = { model, devices, threads, ...memoryOptions(options) };
    const chat = await connectChat<WebLoadRequest>(transport, request, { signal, onProgress, onNote });
    this.#chats.add(chat);
    return chat;
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    const impatience = setTimeout(
      () => this.#life.lose(new Error('the worker did not end in time')),
      this.#graceMs,
    );
    await Promise.all([...this.#chats].map((chat) => chat.dispose()));
    await this.#client.close(
      new InternVLError(
        'host-disposed',
        'Expected a worker that is connected, got one that was disposed; start another one.',
      ),
    );
    clearTimeout(impatience);
    this.#life.end();
  }
}
