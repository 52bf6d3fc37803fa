import { readFile } from 'node:fs/promises';
import type { Chat } from '../chat.js';
import { remoteChat as anywhere } from '../remote/remote-chat.js';
import type { RemoteChatOptions } from '../remote/remote-chat-options.js';

/** `remoteChat` of `@internvl/chat/remote`, for which images may be paths as they may for `load`. @throws as it does */
export function remoteChat(options: RemoteChatOptions): Promise<Chat> {
  return anywhere({ readFile, ...options });
}
