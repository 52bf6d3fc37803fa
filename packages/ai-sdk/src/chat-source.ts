import type { Chat } from '@internvl/chat';

/** A chat, or how to get one when it is first needed. */
export type ChatSource = Chat | (() => Chat | PromiseLike<Chat>);

/** Gets a chat once, however often it is asked for; after a failure the next one tries again. */
export function oneChat(source: ChatSource): () => Promise<Chat> {
  let loading: Promise<Chat> | undefined;
  return () => {
    loading ??= Promise.resolve(typeof source === 'function' ? source() : source).catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}
