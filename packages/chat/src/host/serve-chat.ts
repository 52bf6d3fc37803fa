import { InternVLError } from '@internvl/backend';
import type { Chat, Conversation } from '../chat.js';
import type { LoadProgress } from '../load-options.js';
import type { CallMessage, ClientMessage, HostCalls, HostMessage, HostMethod } from './protocol.js';
import { plain, serveCalls } from './serve-calls.js';
import type { Transport } from './transport.js';
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

/**
 * Serves one chat over a transport: the host's end of the protocol, for a worker's entry file. When the client closes or is
 * lost, what is under way is aborted, the model is freed and this end is closed.
 */
export function serveChat<L>(transport: Transport<ClientMessage<L>, HostMessage>, load: LoadChat<L>): void {
  const conversations = new Map<number, Conversation>();
  let chat: Chat | undefined;
  serveCalls<HostCalls<L>, never>(transport, perform, async () => chat?.dispose());

  async function* perform(
    message: CallMessage<L>,
    { signal, tell }: { readonly signal: AbortSignal; readonly tell: (value: Value) => void },
  ): AsyncGenerator<Outgoing<Value>, Outgoing<End>, void> {
    switch (message.method) {
      case 'load': {
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
      case 'save': {
        const conversation = known(message.input.conversation);
        conversation.rewind(message.input.turnCount);
        const value = await conversation.save();
        return { value, transfer: [value.buffer] };
      }
      case 'restore': {
        const { conversation, state, options } = message.input;
        const restored = await loaded().restore(state, options);
        conversations.set(conversation, restored);
        return plain(restored.turns);
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
