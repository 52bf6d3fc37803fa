import { fileURLToPath } from 'node:url';
import { load } from '@internvl/chat/node';
import { createHandler, serve } from '@internvl/server/node';

// node serve-nano.ts RUNNING WAITING: serves nano, tells its address to the parent, and its memory whenever it is asked.
const [running, waiting] = process.argv.slice(2).map(Number);
const chat = await load(fileURLToPath(new URL('../../models/nano', import.meta.url)), {
  backend: 'cpu',
});
const handler = createHandler({ models: { nano: chat }, running, waiting });
const server = await serve(handler, { port: 0 });

// A parent that was killed says nothing.
process.on('disconnect', () => process.exit());
process.on('message', async (message) => {
  if (message === 'memory') {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ rss, heapUsed, external });
  }
  if (message === 'close') {
    await server.close();
    await chat.dispose();
    process.disconnect();
  }
});
process.send?.({ url: server.url, backend: chat.facts.backend });
