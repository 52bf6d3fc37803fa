import { connectWebChat, type WebChatHost } from '@internvl/chat/web';
import workerUrl from '../worker.ts?worker&url';

const HUB = 'hub';

/** The worker in which everything is computed, and how to get another when it is gone. */
export class Engine {
  #host: Promise<WebChatHost> | undefined;

  /** The host of this page's models; started when first asked for, and again when it did not start. */
  host(): Promise<WebChatHost> {
    this.#host ??= connectWebChat(new Worker(workerUrl, { type: 'module', name: hub() })).catch((error) => {
      this.#host = undefined;
      throw error;
    });
    return this.#host;
  }

  /** Ends the worker with all it holds, so that the next call starts another. */
  async restart(): Promise<void> {
    const old = this.#host;
    this.#host = undefined;
    const host = await old?.catch(() => undefined);
    await host?.dispose();
  }
}

/** Where Hub ids are looked up; empty for the Hub itself. The worker is told by its name. */
export function hub(): string {
  return localStorage.getItem(HUB) ?? '';
}

export function setHub(address: string): void {
  localStorage.setItem(HUB, address.trim().replace(/\/+$/, ''));
}
