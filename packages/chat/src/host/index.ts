export { type ConnectOptions, connectChat } from './connect-chat.js';
export type {
  CallMessage,
  ClientMessage,
  HostCalls,
  HostMessage,
  HostMethod,
  LoadEvent,
} from './protocol.js';
export { type LoadChat, type LoadHooks, serveChat } from './serve-chat.js';
export type { Transport } from './transport.js';
