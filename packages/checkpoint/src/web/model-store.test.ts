import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { convert } from '../convert/convert.js';
import type { Progress } from '../progress.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { errorOf } from '../testing/error-of.js';
import { type MemoryStorage, memoryStorage } from '../testing/memory-directory.js';
import { memoryLock, memoryStore } from '../testing/memory-store.js';
import { temporaryFolder } from '../testing/temporary-folder.js';

const blockBytes = 8192;

async function opened(name = 'v2-1b'): Promise<Checkpoint> {
  const checkpoint = await openFolder(join(fixtures, name), { cache: await temporaryFolder() });
  onTestFinished(() => checkpoint.close());
  return checkpoint;
}

/** Files of a model, without what the store adds. */
function modelFiles(storage: MemoryStorage, id: string): string[] {
  return storage
    .paths()
    .filter((path) => path.startsWith(`${id}/`))
    .map((path) => path.slice(id.length + 1))
    .filter((path) => path !== 'about.json');
}

const reasons = () => {
  const controller = new AbortController();
  return { controller, reason: new Error('closed') };
};

test.each(['v2-1b', 'v3-5-tied', 'vit-300m'])('%s is byte for byte what Node writes', async (name) => {
  const checkpoint = await opened(name);
  const directory = join(await temporaryFolder(), 'model');
  await convert(checkpoint, { directory, blockBytes });
  const storage = memoryStorage();
  const store = memoryStore(storage);
  const { id, manifest } = await store.convert(checkpoint, { blockBytes });
  expect(manifest.source).toEqual({ name, digest: await checkpoint.digest() });
  expect(modelFiles(storage, id)).toEqual(
    [...manifest.files.map(({ path }) => path), 'manifest.json'].sort(),
  );
  for (const path of modelFiles(storage, id)) {
    const expected = await readFile(join(directory, path));
    expect(Buffer.compare(expected, storage.file(`${id}/${path}`)!), path).toBe(0);
  }
  expect(await store.list()).toMatchObject([{ id, name, precision: 'fp32', complete: true }]);
});

describe('interruption', () => {
  test('at any write: the next conversion goes on, and the result is the same', async () => {
    const checkpoint = await opened();
    const whole = memoryStorage();
    const { id } = await memoryStore(whole).convert(checkpoint, { blockBytes });
    let writes = 0;
    whole.onWrite = () => writes++;
    await memoryStore(whole).remove(id);
    await memoryStore(whole).convert(checkpoint, { blockBytes });
    expect(writes).toBeGreaterThan(50);
    for (let seed = 0; seed < 6; seed++) {
      const storage = memoryStorage();
      // Interrupted again and again, each time after some more writes.
      for (let at = (seed * 7919) % 37; ; at += 1 + ((at * 31 + seed * 17) % 61)) {
        let count = 0;
        storage.onWrite = () => {
          if (count++ === at) throw new Error('power cut');
        };
        const error = await memoryStore(storage)
          .convert(checkpoint, { blockBytes })
          .then(
            () => undefined,
            (caught: Error) => caught,
          );
        if (!error) break;
        expect(error.message).toBe('power cut');
      }
      for (const path of whole.paths()) {
        expect(Buffer.compare(storage.file(path)!, whole.file(path)!), path).toBe(0);
      }
      expect(storage.paths()).toEqual(whole.paths());
    }
  });

  test('only what is missing is written again; it is listed until then', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    const store = memoryStore(storage);
    const { controller, reason } = reasons();
    const onProgress = ({ status, loaded, total }: Progress) =>
      status === 'converting' && loaded > total * 0.6 && controller.abort(reason);
    await expect(
      store.convert(checkpoint, { blockBytes, signal: controller.signal, onProgress }),
    ).rejects.toBe(reason);
    const [interrupted] = await store.list();
    expect(interrupted).toMatchObject({ name: 'v2-1b', complete: false });
    expect(interrupted!.bytes).toBeLessThan(interrupted!.totalBytes);
    expect((await errorOf(() => store.open(interrupted!.id))).code).toBe('model-not-found');

    const before = storage.written;
    const seen: Progress[] = [];
    const model = await store.convert(checkpoint, {
      blockBytes,
      onProgress: (progress) => seen.push(progress),
    });
    const total = model.manifest.files[0]!.bytes;
    expect(storage.written - before).toBeLessThan(total * 0.8);
    expect(seen.find(({ status }) => status === 'converting')!.loaded).toBeGreaterThan(total * 0.3);
    expect(seen.map(({ status }) => status)).toContain('checking');
    expect(await store.list()).toMatchObject([{ complete: true }]);
    await model.verify();
  });

  test('after the manifest: what was left lying is cleared away by the next call', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    const { id } = await memoryStore(storage).convert(checkpoint);
    const before = storage.paths();
    const directory = await storage.root.directory(id);
    await directory!.directory('download', { create: true });
    storage.set(`${id}/download/model.safetensors`, new Uint8Array(9));
    storage.set(`${id}/conversion.journal`, new Uint8Array(9));
    await memoryStore(storage).convert(checkpoint);
    expect(storage.paths()).toEqual(before);
  });

  test('bytes that changed meanwhile are not built upon', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    const store = memoryStore(storage);
    const { controller, reason } = reasons();
    const onProgress = ({ status, loaded, total }: Progress) =>
      status === 'converting' && loaded > total * 0.6 && controller.abort(reason);
    await expect(
      store.convert(checkpoint, { blockBytes, signal: controller.signal, onProgress }),
    ).rejects.toBe(reason);
    const [interrupted] = await store.list();
    const id = interrupted!.id;
    storage.damage(`${id}/weights.fp32.data`, 3 * blockBytes + 5);
    const model = await store.convert(checkpoint, { blockBytes });
    await model.verify();
  });
});

describe('room', () => {
  test('too little is refused before the first byte, with both numbers', async () => {
    const storage = memoryStorage();
    storage.quota = 10_000;
    const error = await errorOf(async () => memoryStore(storage).convert(await opened()));
    expect(await memoryStore(storage).list()).toEqual([]);
    expect(error.code).toBe('storage-full');
    expect(error.facts).toMatchObject({ free: 10_000, needed: expect.any(Number) });
    expect(error.facts.needed).toBeGreaterThan(100_000);
    expect(storage.written).toBe(0);
  });

  test('a quota that nobody told is the same error, and the conversion goes on when there is room', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    const store = memoryStore(storage);
    storage.onWrite = (_, bytes) => {
      if (bytes > 200_000) throw new DOMException('no', 'QuotaExceededError');
    };
    const error = await errorOf(() => store.convert(checkpoint, { blockBytes }));
    expect(error).toMatchObject({ code: 'storage-full', facts: { free: undefined } });
    expect(await store.list()).toMatchObject([{ complete: false }]);
    storage.onWrite = () => {};
    const before = storage.written;
    const { manifest } = await store.convert(checkpoint, { blockBytes });
    const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(storage.written - before).toBeLessThan(total - 100_000);
  });
});

describe('damage', () => {
  test.each([
    ['a bit of the weights', 'weights.fp32.data', 'hash-mismatch'],
    ['a bit of a graph', 'decoder.onnx', 'hash-mismatch'],
    ['a bit of a tokenizer file', 'merges.txt', 'hash-mismatch'],
  ])('%s: noticed when it is read, made anew by the next conversion', async (_, file, code) => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    const store = memoryStore(storage);
    const { id } = await store.convert(checkpoint, { blockBytes });
    const whole = storage.file(`${id}/${file}`)!;
    storage.damage(`${id}/${file}`, whole.length - 100);
    const model = await store.open(id);
    expect(
      (
        await errorOf(async () => {
          await model.files.readAll();
          await model.vision();
          await model.decoder!();
        })
      ).code,
    ).toBe(code);
    expect(await store.list()).toMatchObject([{ id, complete: false }]);
    const before = storage.written;
    const again = await store.convert(checkpoint, { blockBytes });
    await again.verify();
    expect(Buffer.compare(storage.file(`${id}/${file}`)!, whole)).toBe(0);
    expect(storage.written - before).toBeLessThan(storage.usage() / 2);
  });

  test('a file that was cut or lost is noticed when the model is opened', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    const store = memoryStore(storage);
    const { id } = await store.convert(checkpoint, { blockBytes });
    storage.set(`${id}/weights.fp32.data`, storage.file(`${id}/weights.fp32.data`)!.slice(0, 50_000));
    expect((await errorOf(() => store.open(id))).code).toBe('size-mismatch');
    await (await store.convert(checkpoint, { blockBytes })).verify();
    await storage.root.directory(id).then((directory) => directory!.remove('embed.onnx'));
    expect((await errorOf(() => store.open(id))).code).toBe('file-missing');
    await (await store.convert(checkpoint, { blockBytes })).verify();
  });

  test('a conversion compares hashes when it is told to', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    const store = memoryStore(storage);
    const { id } = await store.convert(checkpoint, { blockBytes });
    storage.damage(`${id}/weights.fp32.data`, 70_000);
    const seen = new Set<string>();
    const model = await store.convert(checkpoint, {
      blockBytes,
      verify: true,
      onProgress: ({ status }) => seen.add(status),
    });
    expect(seen).toEqual(new Set(['checking', 'converting']));
    await model.verify();
  });
});

describe('tabs', () => {
  test('two that convert the same make it once', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    const lock = memoryLock();
    const seen = [new Set<string>(), new Set<string>()];
    const [first, second] = await Promise.all(
      seen.map((statuses) =>
        memoryStore(storage, lock).convert(checkpoint, {
          blockBytes,
          onProgress: ({ status }) => statuses.add(status),
        }),
      ),
    );
    expect(first!.id).toBe(second!.id);
    expect(seen.filter((statuses) => statuses.has('converting'))).toHaveLength(1);
    expect(seen.filter((statuses) => statuses.has('waiting'))).toHaveLength(1);
    expect(storage.written).toBeLessThan(storage.usage() * 1.5);
  });

  test('what a listener throws while it waits ends the call', async () => {
    const checkpoint = await opened();
    const lock = memoryLock();
    let release = () => {};
    const first = lock('internvl-conversion', {}, () => {
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const storage = memoryStorage();
    const second = memoryStore(storage, lock).convert(checkpoint, {
      onProgress: () => {
        setTimeout(release);
        throw new Error('no listener');
      },
    });
    await expect(second).rejects.toThrow('no listener');
    await first;
    expect(storage.paths()).toEqual([]);
  });

  test('one that waits can be aborted', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    const lock = memoryLock();
    const { controller, reason } = reasons();
    let release = () => {};
    const first = lock('internvl-conversion', {}, () => {
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const second = memoryStore(storage, lock).convert(checkpoint, {
      blockBytes,
      signal: controller.signal,
      onProgress: ({ status }) => {
        if (status !== 'waiting') return;
        controller.abort(reason);
        release();
      },
    });
    await expect(second).rejects.toBe(reason);
    await first;
  });
});

test('each precision is a model of its own; removing one leaves the others', async () => {
  const checkpoint = await opened();
  const storage = memoryStorage();
  const store = memoryStore(storage);
  const ids: string[] = [];
  for (const precision of ['fp32', 'fp16', { vision: 'fp16' }] as const) {
    ids.push((await store.convert(checkpoint, { precision })).id);
  }
  expect((await store.list()).map(({ precision }) => precision).sort()).toEqual([
    'fp16',
    'fp16+fp32',
    'fp32',
  ]);
  await store.remove(ids[0]!);
  await store.remove('../..');
  await store.remove('0'.repeat(32));
  expect((await store.list()).map(({ id }) => id).sort()).toEqual(ids.slice(1).sort());
  expect(storage.paths().some((path) => path.startsWith(ids[0]!))).toBe(false);
  expect((await errorOf(() => store.open(ids[0]!))).code).toBe('model-not-found');
});

test('an unknown precision is refused before anything happens', async () => {
  const storage = memoryStorage();
  const precision = JSON.parse('"fp7"');
  const error = await errorOf(async () => memoryStore(storage).convert(await opened(), { precision }));
  expect(error.code).toBe('invalid-option');
  expect(storage.paths()).toEqual([]);
});
