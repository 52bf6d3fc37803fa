import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { cdp } from 'vitest/browser';
import type { Manifest } from '../convert/manifest.js';
import { errorOf } from '../testing/error-of.js';
import { startTab } from '../testing/store-tab.js';
import { modelStore, openCheckpoint } from '../web.js';

/** What Playwright gives; the types of Vitest know no commands. */
interface CdpSession {
  send?(method: string, options: object): Promise<unknown>;
}

const blockBytes = 65_536;
const expected = inject('nodeManifests');
const baseUrl = (name = 'v2-1b') => `/fixtures/checkpoints/${name}`;

let folder: string;
let root: FileSystemDirectoryHandle;
let count = 0;

beforeEach(async () => {
  folder = `test-${count++}`;
  root = await (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true });
});

async function clear(): Promise<void> {
  const files = await navigator.storage.getDirectory();
  for await (const name of files.keys()) {
    if (name.startsWith('test-')) await files.removeEntry(name, { recursive: true });
  }
}

beforeAll(clear);
afterAll(clear);

/** Files and their hashes, whatever the size of blocks. */
function content(manifest: unknown): unknown {
  const { files, ...rest }: Manifest = JSON.parse(JSON.stringify(manifest));
  return { ...rest, files: files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })) };
}

async function fileOf(id: string, name: string): Promise<FileSystemFileHandle> {
  return (await root.getDirectoryHandle(id)).getFileHandle(name);
}

/** Turns one bit. */
async function damage(id: string, name: string, at: number): Promise<void> {
  const handle = await fileOf(id, name);
  const byte = new Uint8Array(await (await handle.getFile()).slice(at, at + 1).arrayBuffer());
  const stream = await handle.createWritable({ keepExistingData: true });
  await stream.write({ type: 'write', position: at, data: Uint8Array.of(byte[0]! ^ 1) });
  await stream.close();
}

test.each(Object.keys(expected))('%s is byte for byte what Node writes', async (key) => {
  const [name = '', precision] = key.split(' ');
  const task = { folder, baseUrl: baseUrl(name), precision: expected[key]!.precision.llm };
  expect(task.precision).toBe(precision);
  const { id, manifest } = await startTab(task).done;
  expect(manifest).toEqual(expected[key]);
  const store = await modelStore({ root });
  const model = await store.open(id);
  await model.verify();
  expect(await store.list()).toMatchObject([{ id, name, complete: true }]);
  // The manifest itself, byte for byte.
  const text = await (await (await fileOf(id, 'manifest.json')).getFile()).text();
  expect(text).toBe(`${JSON.stringify(expected[key], undefined, 2)}\n`);
});

test('a page converts too, slower', async () => {
  const store = await modelStore({ root });
  const checkpoint = await openCheckpoint({ baseUrl: baseUrl() });
  const { manifest, verify } = await store.convert(checkpoint, { precision: 'fp32' });
  expect(manifest).toEqual(expected['v2-1b fp32']);
  await verify();
});

describe('a tab that is closed', () => {
  test('at any moment: the next one goes on, and the result is the same', async () => {
    let resumed = 0;
    for (let round = 0; round < 5; round++) {
      const task = { folder, baseUrl: baseUrl(), precision: 'fp32', blockBytes } as const;
      const after = 1 + ((round * 5) % 17);
      let heard = 0;
      await new Promise<void>((resolve, reject) => {
        const tab = startTab(task, (_, end) => {
          if (++heard < after) return;
          end();
          resolve();
        });
        tab.done.then(() => resolve(), reject);
      });
      const { done, seen } = startTab(task);
      const { id, manifest } = await done;
      expect(content(manifest)).toEqual(content(expected['v2-1b fp32']));
      const store = await modelStore({ root });
      await (await store.open(id)).verify();
      if (seen.find(({ status }) => status === 'converting')!.loaded > 2 * blockBytes) resumed++;
      await store.remove(id);
    }
    expect(resumed).toBeGreaterThan(0);
  });

  test('while another waits: the other takes over', async () => {
    const task = { folder, baseUrl: baseUrl(), precision: 'fp32', blockBytes } as const;
    const first = startTab(task);
    const second = startTab(task, ({ status }) => status === 'waiting' && first.end());
    const { manifest } = await second.done;
    expect(content(manifest)).toEqual(content(expected['v2-1b fp32']));
    expect(await (await modelStore({ root })).list()).toMatchObject([{ complete: true }]);
  });
});

describe('two tabs', () => {
  test('make one model once', async () => {
    const task = { folder, baseUrl: baseUrl(), precision: 'fp32', blockBytes } as const;
    const tabs = [startTab(task), startTab(task)];
    const [first, second] = await Promise.all(tabs.map(({ done }) => done));
    expect(first).toEqual(second);
    expect(tabs.filter(({ seen }) => seen.some(({ status }) => status === 'converting'))).toHaveLength(1);
  });

  test('take turns, and one that waits says so', async () => {
    let release = () => {};
    const held = navigator.locks.request(
      'internvl-conversion',
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const { done, seen } = startTab({ folder, baseUrl: baseUrl(), precision: 'fp32' }, ({ status }) => {
      if (status === 'waiting') release();
    });
    await done;
    await held;
    expect(seen.map(({ status }) => status)).toContain('waiting');
  });
});

test('a model of which a file was damaged is found out when it is read, and made anew from what is right', async () => {
  const task = { folder, baseUrl: baseUrl(), precision: 'fp32', blockBytes } as const;
  const { id } = await startTab(task).done;
  const store = await modelStore({ root });
  const { files } = expected['v2-1b fp32']!;
  await damage(id, files[0]!.path, files[0]!.bytes - 1000);
  const model = await store.open(id);
  expect((await errorOf(() => model.decoder!())).code).toBe('hash-mismatch');
  expect(await store.list()).toMatchObject([{ id, complete: false }]);
  const { done, seen } = startTab(task);
  expect(content((await done).manifest)).toEqual(content(expected['v2-1b fp32']));
  expect(seen.find(({ status }) => status === 'converting')!.loaded).toBeGreaterThan(files[0]!.bytes / 4);
  await (await store.open(id)).verify();
});

test('a Hub on another site: read by ranges, fetched whole over a connection that breaks at 60 %', async () => {
  const endpoint = inject('breakingHub');
  const checkpoint = await openCheckpoint('org/tiny', { endpoint, retryDelayMs: 0 });
  const node = expected['mini-2b fp16']!;
  expect(await checkpoint.digest()).toBe(node.source.digest);
  const loads: number[] = [];
  const store = await modelStore({ root });
  const { manifest } = await store.convert(checkpoint, {
    precision: 'fp16',
    onProgress: ({ status, overallLoaded }) => status === 'downloading' && loads.push(overallLoaded),
  });
  expect(manifest).toEqual({ ...node, source: { ...node.source, name: 'org/tiny' } });
  // Nothing was fetched twice, or the count would have gone back.
  expect(loads).toEqual(loads.toSorted((a, b) => a - b));
  const withToken = await openCheckpoint('org/tiny', { endpoint, token: 'anyone' });
  expect(withToken.config).toEqual(checkpoint.config);
  const ranges = await store.convert(withToken, { precision: 'fp32', download: 'ranges' });
  await ranges.verify();
});

describe('a checkpoint', () => {
  test('in a folder handle and in a list of files is the one that is served', async () => {
    const served = await openCheckpoint({ baseUrl: baseUrl() });
    const picked = await root.getDirectoryHandle('picked', { create: true });
    const list: File[] = [];
    for (const name of [...served.files.names, 'model.safetensors']) {
      const bytes = await (await fetch(`${baseUrl()}/${name}`)).arrayBuffer();
      const stream = await (await picked.getFileHandle(name, { create: true })).createWritable();
      await stream.write(bytes);
      await stream.close();
      list.push(new File([bytes], name, { lastModified: 1 }));
    }
    const digest = expected['v2-1b fp32']!.source.digest;
    expect(await served.digest()).toBe(digest);
    for (const model of [picked, list]) {
      const checkpoint = await openCheckpoint(model);
      expect(await checkpoint.digest()).toBe(digest);
      expect(checkpoint.config).toEqual(served.config);
      const model32 = await (await modelStore({ root })).convert(checkpoint, { precision: 'fp16' });
      expect(model32.manifest.files).toEqual(expected['v2-1b fp16']!.files);
    }
  });

  test('the folder that a page’s server answers with its own page for is none', async () => {
    expect((await errorOf(() => openCheckpoint({ baseUrl: '/nowhere' }))).code).toBe('model-not-found');
  });
});

test('a quota that is reached on the way is told, and the conversion goes on when there is more', async () => {
  const session: CdpSession = cdp();
  const setQuota = (quotaSize?: number) =>
    session.send?.('Storage.overrideQuotaForOrigin', { origin: location.origin, quotaSize });
  const { usage = 0 } = await navigator.storage.estimate();
  const task = { folder, baseUrl: baseUrl(), precision: 'fp32', blockBytes } as const;
  const store = await modelStore({ root });
  await setQuota(usage + 1_000_000);
  try {
    const refused = startTab(task).done;
    await expect(refused).rejects.toMatchObject({
      code: 'storage-full',
      facts: { needed: expect.any(Number) },
    });
    expect(await store.list()).toMatchObject([{ complete: false }]);
  } finally {
    await setQuota();
  }
  const { manifest } = await startTab(task).done;
  expect(content(manifest)).toEqual(content(expected['v2-1b fp32']));
});

test('removing a model gives its room back', async () => {
  const store = await modelStore({ root });
  const { id } = await startTab({ folder, baseUrl: baseUrl(), precision: 'fp32' }).done;
  const { usage, quota } = await store.estimate();
  expect(quota).toBeGreaterThan(usage);
  await store.remove(id);
  expect(await store.list()).toEqual([]);
});
