import { fileURLToPath } from 'node:url';
import { load } from '@internvl/chat/node';
import { createHandler, serve } from '@internvl/server/node';
import { counted } from './watchdog.js';

// node serve-nano.ts RUNNING WAITING: serves nano, tells its address to the parent, and its memory whenever it is asked.
const [running, waiting] = process.argv.slice(2).map(Number);
const chat = await load(fileURLToPath(new URL('../../models/nano', import.meta.url)), {
  backend: 'cpu',
});
const began = new Map<string, number>();
let ended = 0;
const handler = createHandler({
  models: { nano: chat },
  running,
  waiting,
  log: ({ id }) => {
    began.delete(id);
    ended++;
  },
});
// Every request gets an id here, so that what never ends can be named.
const watched: typeof handler = Object.assign(
  (request: Request, context?: Parameters<typeof handler>[1]) => {
    const id = `request-${began.size + ended}-${Math.random().toString(36).slice(2)}`;
    began.set(id, Date.now());
    request.headers.set('x-request-id', id);
    return handler(request, context);
  },
  { replace: handler.replace, close: handler.close },
);
const server = await serve(watched, { port: 0 });

// A parent that was killed says nothing.
process.on('disconnect', () => process.exit());
process.on('message', async (message) => {
  if (message === 'memory') {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ rss, heapUsed, external });
  }
  if (message === 'state') {
    const now = Date.now();
    const metrics = await (await handler(new Request('http://localhost/metrics'))).text();
    process.send?.({
      gauges: metrics.match(/^internvl_(?:running|waiting|held_bytes) .*$/gm),
      resources: counted(process.getActiveResourcesInfo()),
      ended,
      unanswered: [...began].map(([id, since]) => `${id} ${now - since} ms`),
    });
  }
  if (message === 'close') {
    await server.close();
    await chat.dispose();
    process.disconnect();
  }
});
process.send?.({ url: server.url, backend: chat.facts.backend });
