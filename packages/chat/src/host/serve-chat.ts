import { InternVLError } from '@internvl/backend';
import type { Chat, Conversation } from '../chat.js';
import type { LoadProgress } from '../load-options.js';
import {
  type CallMessage,
  type ClientMessage,
  CREDIT,
  type HostCalls,
  type HostMessage,
  type HostMethod,
} from './protocol.js';
import type { Transport } from './transport.js';
import { toWireError } from './wire-error.js';
import { type Outgoing, toWireFeatures, toWireTrace } from './wire-features.js';

/** What loading may use: all of it ends up at the client. */
export interface LoadHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly onNote: (note: string) => void;
}

/** Loads the chat that a host serves, from whatever the platform's request is. */
export type LoadChat<L> = (request: L, hooks: LoadHooks) => Promise<Chat>;

type Value = HostCalls<unknown>[HostMethod]['out'];
type End = HostCalls<unknown>[HostMethod]['end'];

/** A call under way. */
interface RunningCall {
  readonly controller: AbortController;
  credit: number;
  wake: (() => void) | undefined;
}

/**
 * Serves one chat over a transport: the host's end of the protocol, for a worker's entry file. When the client closes or is
 * lost, what is under way is aborted, the model is freed and this end is closed.
 */
export function serveChat<L>(transport: Transport<ClientMessage<L>, HostMessage>, load: LoadChat<L>): void {
  const calls = new Map<number, RunningCall>();
  const serving = new Set<Promise<void>>();
  const conversations = new Map<number, Conversation>();
  let chat: Chat | undefined;
  let closing = false;

  const stop = (call: RunningCall, reason?: unknown) => {
    call.controller.abort(reason);
    call.wake?.();
  };
  const close = async () => {
    if (closing) return;
    closing = true;
    for (const call of calls.values()) stop(call);
    await Promise.all(serving);
    await chat?.dispose();
    transport.post({ type: 'closed' }, []);
    await transport.close();
  };
  transport.listen(
    (message) => {
      if (message.type === 'close') {
        void close();
        return;
      }
      if (message.type === 'call') {
        const served = serve(message);
        serving.add(served);
        void served.then(() => serving.delete(served));
        return;
      }
      const call = calls.get(message.id);
      if (call && message.type === 'abort') stop(call, message.reason);
      if (call && message.type === 'credit') {
        call.credit += message.count;
        call.wake?.();
      }
    },
    () => void close(),
  );

  async function serve(message: CallMessage<L>): Promise<void> {
    const { id } = message;
    const call: RunningCall = { controller: new AbortController(), credit: CREDIT, wake: undefined };
    calls.set(id, call);
    const { signal } = call.controller;
    try {
      const values = perform(message, signal);
      for (;;) {
        const next = await values.next();
        if (next.done) {
          transport.post({ type: 'end', id, value: next.value.value }, next.value.transfer);
          return;
        }
        transport.post({ type: 'value', id, value: next.value.value }, next.value.transfer);
        call.credit--;
        while (call.credit <= 0 && !signal.aborted) {
          await new Promise<void>((resolve) => {
            call.wake = resolve;
          });
        }
      }
    } catch (error) {
      transport.post({ type: 'error', id, error: toWireError(error) }, []);
    } finally {
      calls.delete(id);
    }
  }

  async function* perform(
    message: CallMessage<L>,
    signal: AbortSignal,
  ): AsyncGenerator<Outgoing<Value>, Outgoing<End>, void> {
    switch (message.method) {
      case 'load': {
        const tell = (value: Value) => transport.post({ type: 'value', id: message.id, value }, []);
        chat = await load(message.input, {
          signal,
          onProgress: (progress) => tell({ type: 'load-progress', progress }),
          onNote: (note) => tell({ type: 'load-note', note }),
        });
        return plain(chat.facts);
      }
      case 'answer': {
        const { turns, options } = message.input;
        for await (const event of loaded().answer(turns, { ...options, signal })) yield plain(event);
        return plain(null);
      }
      case 'converse':
        conversations.set(message.input.conversation, loaded().conversation(message.input.options));
        return plain(null);
      case 'ask': {
        const { said, turnCount, options } = message.input;
        const conversation = known(message.input.conversation);
        // An answer may have been finished here and left there, or taken back there.
        conversation.rewind(turnCount);
        for await (const event of conversation.ask(said, { ...options, signal })) yield plain(event);
        return plain(null);
      }
      case 'forget': {
        const { conversation } = message.input;
        await conversations.get(conversation)?.dispose();
        conversations.delete(conversation);
        return plain(null);
      }
      case 'batch':
        return plain(await loaded().batch(message.input.questions, { ...message.input.options, signal }));
      case 'features': {
        const { image, options } = message.input;
        for await (const tile of loaded().features(image, { ...options, signal }))
          yield await toWireFeatures(tile);
        return plain(null);
      }
      case 'trace':
        return toWireTrace(await loaded().trace(message.input.turns, { ...message.input.options, signal }));
    }
  }

  function loaded(): Chat {
    if (chat) return chat;
    throw new InternVLError(
      'host-not-ready',
      "Expected a loaded model, got a call before it; send 'load' first and await its end.",
    );
  }

  function known(conversation: number): Conversation {
    const found = conversations.get(conversation);
    if (found) return found;
    throw new InternVLError(
      'conversation-unknown',
      `Expected a conversation that was opened, got number ${conversation}; send 'converse' first.`,
      { conversation },
    );
  }
}

function plain<T>(value: T): Outgoing<T> {
  return { value, transfer: [] };
}
