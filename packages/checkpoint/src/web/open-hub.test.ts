import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { convert } from '../convert/convert.js';
import type { Progress } from '../progress.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { errorOf } from '../testing/error-of.js';
import { FakeHub } from '../testing/fake-hub.js';
import { memoryStorage } from '../testing/memory-directory.js';
import { memoryStore } from '../testing/memory-store.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { openCheckpoint } from './open-checkpoint.js';
import type { OpenWebCheckpointOptions } from './web-model.js';

const SHARD = 'model-00002-of-00003.safetensors';

let hub: FakeHub;
let options: OpenWebCheckpointOptions;

beforeEach(async () => {
  hub = await FakeHub.start(join(fixtures, 'mini-2b'), onTestFinished);
  options = { endpoint: hub.endpoint, retryDelayMs: 0, retries: 2 };
});

async function opened(more: OpenWebCheckpointOptions = {}): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(FakeHub.repo, { ...options, ...more });
  onTestFinished(() => checkpoint.close());
  hub.sent.length = 0;
  return checkpoint;
}

async function local(): Promise<Checkpoint> {
  const checkpoint = await openFolder(join(fixtures, 'mini-2b'), { cache: await temporaryFolder() });
  onTestFinished(() => checkpoint.close());
  return checkpoint;
}

const shardSize = () => hub.files.get(SHARD)!.length;

test('is described, and weights are read, without whole weight files', async () => {
  const seen = new Set<string>();
  const checkpoint = await openCheckpoint(FakeHub.repo, {
    ...options,
    onProgress: ({ status }) => seen.add(status),
  });
  const folder = await local();
  expect(checkpoint.name).toBe(FakeHub.repo);
  expect(checkpoint.config).toEqual(folder.config);
  expect(checkpoint.files.names).toEqual(folder.files.names);
  expect(checkpoint.weightBytes).toBe(folder.weightBytes);
  expect(seen).toEqual(new Set(['resolving', 'downloading']));
  const weights = hub.sent.filter(({ path }) => path.endsWith('.safetensors'));
  expect(weights.length).toBeGreaterThan(0);
  expect(weights.every(({ range }) => /^bytes=\d+-\d+$/.test(range ?? ''))).toBe(true);
  const name = 'language_model.model.embed_tokens.weight';
  expect(await checkpoint.weights.readRows(name, 3, 2)).toEqual(await folder.weights.readRows(name, 3, 2));
  expect(hub.downloads('README.md')).toEqual([]);
});

test('its digest follows from published hashes, and is the folder’s', async () => {
  const checkpoint = await opened();
  expect(await checkpoint.digest()).toBe(await (await local()).digest());
  expect(hub.sent).toEqual([]);
});

test('a token goes to the Hub and not to the servers it redirects to', async () => {
  hub.token = 'secret';
  expect((await errorOf(() => opened())).code).toBe('hub-unauthorized');
  await memoryStore(memoryStorage()).convert(await opened({ token: 'secret' }));
  expect(hub.largeRequests.length).toBeGreaterThan(0);
});

test('names that are no ids or not there are refused', async () => {
  expect((await errorOf(() => openCheckpoint('./folder', options))).code).toBe('model-not-found');
  const error = await errorOf(() => openCheckpoint('org/other', options));
  expect(error.code).toBe('model-not-found');
  expect(error.message).not.toContain('HF_');
});

test('no answer at all is `network`', async () => {
  const fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  const error = await errorOf(() => openCheckpoint(FakeHub.repo, { ...options, fetch }));
  expect(error.code).toBe('network');
  expect(error.message).toContain('Failed to fetch');
});

test('a small file that is not what was published is refused', async () => {
  const wrong = Uint8Array.from(hub.files.get('config.json')!);
  wrong[5]! ^= 1;
  hub.mischief.set('config.json', [{ bytes: wrong }]);
  expect((await errorOf(() => opened())).code).toBe('hash-mismatch');
});

test('an aborted opening rejects with the reason', async () => {
  const reason = new Error('enough');
  await expect(openCheckpoint(FakeHub.repo, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
  const controller = new AbortController();
  const opening = openCheckpoint(FakeHub.repo, {
    ...options,
    signal: controller.signal,
    onProgress: ({ status }) => status === 'downloading' && controller.abort(reason),
  });
  await expect(opening).rejects.toBe(reason);
});

describe('a conversion', () => {
  test('is the folder’s, but for the name; the download is gone afterwards', async () => {
    const directory = join(await temporaryFolder(), 'model');
    const { manifest } = await convert(await local(), { directory });
    const storage = memoryStorage();
    const seen: Progress[] = [];
    const model = await memoryStore(storage).convert(await opened(), { onProgress: (one) => seen.push(one) });
    expect(model.manifest).toEqual({ ...manifest, source: { ...manifest.source, name: FakeHub.repo } });
    expect(storage.paths().filter((path) => path.includes('download'))).toEqual([]);
    for (const { path } of hub.sent) expect(hub.downloads(path.split('/').at(-1)!)).toHaveLength(1);
    const last = seen.findLast(({ status }) => status === 'downloading')!;
    expect(last.overallLoaded).toBe(last.overallTotal);
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set(['downloading', 'converting']));
  });

  test('outlives a connection that breaks at 60 %, and asks for the rest', async () => {
    const checkpoint = await opened();
    hub.mischief.set(SHARD, [{ cutAfter: Math.floor(shardSize() * 0.6) }]);
    await memoryStore(memoryStorage()).convert(checkpoint);
    const [first, second] = hub.downloads(SHARD);
    expect(first!.range).toBeUndefined();
    expect(second!.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test('that lost its connection for good goes on later, without what it has', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    hub.mischief.set(SHARD, [{ cutAfter: 300_000 }, { status: 503 }, { status: 503 }, { status: 503 }]);
    const error = await errorOf(() => memoryStore(storage).convert(checkpoint));
    expect(error.code).toBe('network');
    expect(await memoryStore(storage).list()).toMatchObject([{ name: FakeHub.repo, complete: false }]);
    hub.sent.length = 0;
    await memoryStore(storage).convert(await openCheckpoint(FakeHub.repo, options));
    const again = hub.sent.filter(({ path, range }) => path.endsWith(SHARD) && /-$/.test(range ?? '-'));
    expect(again.map(({ range }) => range)).toEqual(['bytes=300000-']);
    // The shard before was complete: its hash was noted.
    const whole = hub.sent.filter(({ range }) => range === undefined).map(({ path }) => path);
    expect(whole.some((path) => path.endsWith('model-00001-of-00003.safetensors'))).toBe(false);
  });

  test('that was closed in the middle of a download goes on where it was', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    const controller = new AbortController();
    const reason = new Error('tab closed');
    const running = memoryStore(storage).convert(checkpoint, {
      signal: controller.signal,
      onProgress: ({ status, file, loaded }) =>
        status === 'downloading' && file === SHARD && loaded > 100_000 && controller.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
    const there = storage.paths().find((path) => path.endsWith(`download/${SHARD}`))!;
    const loaded = storage.file(there)!.length;
    expect(loaded).toBeGreaterThan(100_000);
    hub.sent.length = 0;
    const { verify } = await memoryStore(storage).convert(checkpoint);
    await verify();
    expect(hub.downloads(SHARD).map(({ range }) => range)).toEqual(
      loaded === shardSize() ? [] : [`bytes=${loaded}-`],
    );
  });

  test('that is interrupted at any write, notes included, ends the same', async () => {
    const checkpoint = await opened();
    const whole = memoryStorage();
    let writes = 0;
    whole.onWrite = () => writes++;
    await memoryStore(whole).convert(checkpoint);
    expect(writes).toBeGreaterThan(30);
    for (const step of [3, 5, 7]) {
      const storage = memoryStorage();
      for (let at = step; ; at += step) {
        let count = 0;
        storage.onWrite = () => {
          if (count++ === at) throw new Error('power cut');
        };
        const error = await memoryStore(storage)
          .convert(checkpoint)
          .then(
            () => undefined,
            (caught: Error) => caught,
          );
        if (!error) break;
        expect(error.message).toBe('power cut');
      }
      expect(storage.paths()).toEqual(whole.paths());
      for (const path of whole.paths()) {
        expect(Buffer.compare(storage.file(path)!, whole.file(path)!), path).toBe(0);
      }
    }
  });

  test('from a server that knows no ranges begins the file again', async () => {
    const checkpoint = await opened();
    hub.mischief.set(SHARD, [{ cutAfter: 200_000 }, { ignoreRange: true }]);
    const { verify } = await memoryStore(memoryStorage()).convert(checkpoint);
    await verify();
  });

  test('forgives one wrong file, and refuses the second', async () => {
    const checkpoint = await opened();
    const wrong = Uint8Array.from(hub.files.get(SHARD)!);
    wrong[300_000]! ^= 1;
    hub.mischief.set(SHARD, [{ bytes: wrong }]);
    await memoryStore(memoryStorage()).convert(checkpoint);
    hub.mischief.set(SHARD, [{ bytes: wrong }, { bytes: wrong }]);
    const storage = memoryStorage();
    expect((await errorOf(() => memoryStore(storage).convert(checkpoint))).code).toBe('hash-mismatch');
    expect(storage.paths().some((path) => path.endsWith(SHARD))).toBe(false);
  });

  test('refuses a file that is longer than published', async () => {
    const checkpoint = await opened();
    const longer = new Uint8Array(shardSize() + 10);
    hub.mischief.set(SHARD, [{ bytes: longer }, { bytes: longer }]);
    expect((await errorOf(() => memoryStore(memoryStorage()).convert(checkpoint))).code).toBe(
      'size-mismatch',
    );
  });

  test('knows before the download that there is too little room for it and for the result', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    storage.quota = checkpoint.weightBytes + 10_000;
    const error = await errorOf(() => memoryStore(storage).convert(checkpoint));
    expect(error.code).toBe('storage-full');
    expect(error.facts.needed).toBeGreaterThan(checkpoint.weightBytes * 1.5);
    expect(hub.sent).toEqual([]);
    expect(storage.written).toBe(0);
  });

  test('straight from ranges keeps no copy and gives the same', async () => {
    const checkpoint = await opened();
    const storage = memoryStorage();
    let copies = 0;
    storage.onWrite = (path) => {
      if (path.includes('download')) copies++;
    };
    const ranges = await memoryStore(storage).convert(checkpoint, { download: 'ranges' });
    const whole = await memoryStore(memoryStorage()).convert(checkpoint);
    expect(ranges.manifest).toEqual(whole.manifest);
    expect(copies).toBe(0);
  });
});
