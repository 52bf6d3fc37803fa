import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { plannedBytes } from '@internvl/checkpoint';
import { modelStore, openCheckpoint } from '@internvl/checkpoint/web';

// A server for the example's sake: a page has its own, or the Hub.
const folder = new URL('../fixtures/checkpoints/v2-1b/', import.meta.url);
const server = createServer((request, response) => {
  readFile(new URL(`.${request.url}`, folder)).then(
    (bytes) => response.setHeader('content-length', bytes.length).end(bytes),
    () => response.writeHead(404).end(),
  );
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

// A Hub id, the handle of a folder, a list of files, or the address of a folder.
const checkpoint = await openCheckpoint({ baseUrl, name: 'tiny' });
console.log(`${checkpoint.name}: ${checkpoint.weightBytes} bytes to fetch`);
for (const precision of ['fp16', 'q4'] as const) {
  console.log(`${await plannedBytes(checkpoint.config, precision)} bytes to keep as ${precision}`);
}

if (globalThis.navigator?.storage) {
  // In a browser, best in a dedicated worker: convert, or go on with what was interrupted, or find what is there.
  const store = await modelStore();
  const model = await store.convert(checkpoint, {
    precision: 'q4',
    onProgress: ({ status, file, overallLoaded, overallTotal }) =>
      console.log(`${status} ${file} ${overallLoaded} of ${overallTotal} bytes`),
  });
  const { bytes, externalData } = await model.vision(); // for backend.load
  console.log(`a graph of ${bytes.length} bytes and its weights: ${Object.keys(externalData ?? {})}`);
} else console.log('no storage here: a browser would convert it now');

await checkpoint.close();
server.close();
