import { parentPort } from 'node:worker_threads';
import type { ClientMessage, HostMessage } from './host/protocol.js';
import { serveChat } from './host/serve-chat.js';
import { LocalChat } from './local-chat.js';
import type { LoadRequest } from './node/load.js';
import { loadModel } from './node/load-model.js';
import { portTransport } from './node/worker-transport.js';

if (parentPort) {
  serveChat(
    portTransport<ClientMessage<LoadRequest>, HostMessage>(parentPort),
    async ({ model, ...options }, hooks) =>
      new LocalChat(await loadModel(model, { ...options, ...hooks }), options),
  );
}
