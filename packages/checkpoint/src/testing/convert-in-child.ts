import { setTimeout as sleep } from 'node:timers/promises';
import { convertCached } from '../convert/convert.js';
import { nodeFileSystem } from '../convert/file-system.js';
import { openFolder } from '../source/open-folder.js';

/**
 * Converts in a process of its own: `convert-in-child MODEL CACHE [hang]`. Starts on a message from its parent and sends
 * where the result lies and how often it reported writing; with `hang`, sends `writing` at the first byte and waits to be
 * killed.
 */
const [model = '', cacheDirectory = '', hang] = process.argv.slice(2);

async function run(): Promise<void> {
  const checkpoint = await openFolder(model, { cache: cacheDirectory });
  let writing = 0;
  const converted = await convertCached(checkpoint, {
    cacheDirectory,
    onProgress: ({ status }) => {
      if (status === 'converting') writing++;
    },
    ...(hang && { fileSystem: { ...nodeFileSystem, create } }),
  });
  await checkpoint.close();
  process.send?.({ directory: converted.directory, writing });
  process.disconnect();
}

async function create(path: string): ReturnType<typeof nodeFileSystem.create> {
  const file = await nodeFileSystem.create(path);
  return {
    ...file,
    async write(bytes) {
      await file.write(bytes.subarray(0, 1));
      process.send?.('writing');
      await sleep(600_000);
    },
  };
}

process.once('message', () => {
  run().catch((error: unknown) => {
    process.send?.({ error: String(error) });
    process.exit(1);
  });
});
process.send?.('ready');
