import { expect, test } from 'vitest';
import { byteStoreCases } from '../testing/byte-store-cases.js';
import { opfsByteStore, webByteStore } from './opfs-byte-store.js';

/** A byte store in a folder of its own, gone before the next one. */
async function freshStore(name: string) {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(name, { recursive: true }).catch(() => {});
  return opfsByteStore(await root.getDirectoryHandle(name, { create: true }));
}

test.each(Object.entries(byteStoreCases))("bytes in a browser's own files: %s", async (name, check) => {
  // Dates are the browser's own: time passes by waiting.
  const waiting = { time: 0 };
  const store = await freshStore(name);
  let before = waiting.time;
  const later = async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting.time !== before) await new Promise((resolve) => setTimeout(resolve, 20));
    before = waiting.time;
    return work();
  };
  await check(
    {
      ...store,
      write: (...entry) => later(() => store.write(...entry)),
      touch: (entry) => later(() => store.touch(entry)),
    },
    waiting,
  );
});

test('a chat opens it only where something is to be kept', async () => {
  expect(await webByteStore({}, undefined)).toBeUndefined();
  const store = await webByteStore({ visionStoreBytes: 1000 }, undefined);
  await store!.write('a0', Uint8Array.of(1));
  const again = await webByteStore({ visionStoreBytes: 1000 }, undefined);
  expect(await again!.read('a0')).toEqual(Uint8Array.of(1));
  await store!.remove('a0');
});
