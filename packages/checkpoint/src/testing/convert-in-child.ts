import { setTimeout as sleep } from 'node:timers/promises';
import { convertCached } from '../convert/convert.js';
import { nodeFileSystem } from '../convert/file-system.js';
import { openFolder } from '../source/open-folder.js';

/**
 * Converts in a process of its own: `convert-in-child MODEL CACHE [BLOCK_BYTES WRITES]`. Starts on a message from its parent
 * and sends where the result lies and how often it reported writing; with `WRITES`, sends `writing` after so many blocks of
 * the data file and the first byte of the next, and waits to be killed.
 */
const [model = '', cacheDirectory = '', blockBytes, writes] = process.argv.slice(2);

async function run(): Promise<void> {
  const checkpoint = await openFolder(model, { cache: cacheDirectory });
  let writing = 0;
  const converted = await convertCached(checkpoint, {
    cacheDirectory,
    onProgress: ({ status }) => {
      if (status === 'converting') writing++;
    },
    ...(writes && { blockBytes: Number(blockBytes), fileSystem: { ...nodeFileSystem, create } }),
  });
  await checkpoint.close();
  process.send?.({ directory: converted.directory, writing });
  process.disconnect();
}

async function create(path: string, keep?: number): ReturnType<typeof nodeFileSystem.create> {
  const file = await nodeFileSystem.create(path, keep);
  if (!path.endsWith('.data')) return file;
  let left = Number(writes);
  return {
    ...file,
    async write(bytes) {
      if (left-- > 0) return file.write(bytes);
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
