export { finishedAnswer } from '../finished-answer.js';
export type { DialectName } from './dialect.js';
export { remoteChat } from './remote-chat.js';
export type { RemoteChatOptions } from './remote-chat-options.js';
