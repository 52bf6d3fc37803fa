import type { Chat } from '@internvl/chat';
import { ApiError, badRequest } from '../api-error.js';

/** The use of a model by one request. */
export interface Lease {
  readonly chat: Chat;
  /** Idempotent. */
  release(): void;
}

class Entry {
  readonly chat: Chat;
  users = 0;
  onIdle: (() => void) | undefined;

  constructor(chat: Chat) {
    this.chat = chat;
  }
}

/** The models that are served, by name. One can be replaced while requests use it: they keep the one they began with. */
export class ModelPool {
  readonly #entries: Map<string, Entry>;

  constructor(models: Readonly<Record<string, Chat>>) {
    this.#entries = new Map(Object.entries(models).map(([name, chat]) => [name, new Entry(chat)]));
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** @throws 404 */
  check(name: string): Chat {
    return this.#entry(name).chat;
  }

  /** @throws 404 when the model is gone meanwhile */
  use(name: string): Lease {
    const entry = this.#entry(name);
    entry.users++;
    let used = true;
    return {
      chat: entry.chat,
      release: () => {
        if (!used) return;
        used = false;
        entry.users--;
        if (entry.users === 0) entry.onIdle?.();
      },
    };
  }

  /** Serves another chat, or none, under a name from now on. Resolves with the former one when no request uses it any more. */
  async replace(name: string, chat: Chat | undefined): Promise<Chat | undefined> {
    const former = this.#entries.get(name);
    if (chat) this.#entries.set(name, new Entry(chat));
    else this.#entries.delete(name);
    if (former && former.users > 0) {
      await new Promise<void>((resolve) => {
        former.onIdle = resolve;
      });
    }
    return former?.chat;
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry) return entry;
    throw new ApiError(
      404,
      'model_not_found',
      `Expected one of the models ${this.names.map((known) => `'${known}'`).join(', ')}, got another name; GET /v1/models lists them.`,
      { param: 'model' },
    );
  }
}

/** The name of the model that a request asks for. @throws 400 */
export function modelName(value: string | undefined): string {
  if (value !== undefined) return value;
  throw badRequest(
    'missing_required_parameter',
    'model',
    'Expected model, the name of one, got none; GET /v1/models lists them.',
  );
}
