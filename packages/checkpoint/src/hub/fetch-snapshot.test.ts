import { mkdir, readdir, readFile, readlink, rename, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Progress } from '../progress.js';
import { openCheckpoint } from '../source/open-checkpoint.js';
import { fixtures } from '../testing/checkpoints.js';
import { errorOf } from '../testing/error-of.js';
import { FakeHub } from '../testing/fake-hub.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { type FetchSnapshotOptions, fetchSnapshot } from './fetch-snapshot.js';

const SHARD = 'model-00002-of-00003.safetensors';
const id = (revision = 'main') => ({ repo: FakeHub.repo, revision });

let hub: FakeHub;
let home: string;
let cache: string;
let options: FetchSnapshotOptions;

beforeEach(async () => {
  hub = await FakeHub.start(join(fixtures, 'mini-2b'), onTestFinished);
  home = await temporaryFolder();
  cache = join(home, 'hub', 'models--org--tiny');
  options = environment({});
});

function environment(env: Record<string, string>, rest: FetchSnapshotOptions = {}): FetchSnapshotOptions {
  return {
    env: { HF_ENDPOINT: hub.endpoint, HF_HOME: home, INTERNVL_CACHE: join(home, 'own'), ...env },
    retryDelayMs: 0,
    retries: 2,
    ...rest,
  };
}

test('fetches what is needed, into the layout of the Python client', async () => {
  const { path, commit } = await fetchSnapshot(id(), options);
  expect(commit).toBe(hub.commit);
  expect(path).toBe(join(cache, 'snapshots', commit));
  expect(await readFile(join(cache, 'refs', 'main'), 'utf8')).toBe(commit);
  const wanted = [...hub.files.keys()].filter((name) => !/README|\.py$/.test(name)).sort();
  expect((await readdir(path)).sort()).toEqual(wanted);
  for (const name of wanted) {
    expect(await readlink(join(path, name))).toBe(join('..', '..', 'blobs', hub.hashOf(name)));
    expect(Buffer.compare(await readFile(join(path, name)), hub.files.get(name) ?? Buffer.of())).toBe(0);
  }
  expect((await readdir(join(cache, 'blobs'))).length).toBe(wanted.length);
  expect(hub.downloads('README.md')).toEqual([]);
  expect(await readdir(join(home, 'hub', '.locks', 'models--org--tiny'))).toEqual([]);
});

test('opens as a checkpoint, and knows its digest without reading the weights again', async () => {
  const checkpoint = await openCheckpoint(FakeHub.repo, options);
  const statuses: string[] = [];
  const digest = await checkpoint.digest({ onProgress: ({ status }) => statuses.push(status) });
  await checkpoint.close();
  expect(statuses).toEqual([]);
  const local = await openCheckpoint(join(fixtures, 'mini-2b'), options);
  expect(await local.digest()).toBe(digest);
  await local.close();
});

test('the second time only asks whether the branch has moved', async () => {
  await fetchSnapshot(id(), options);
  hub.requests.length = 0;
  hub.largeRequests.length = 0;
  await fetchSnapshot(id(), options);
  expect(hub.requests.every(({ path }) => path.startsWith('/api/'))).toBe(true);
  expect(hub.largeRequests).toEqual([]);
});

test('small files alone, without weights', async () => {
  const { path } = await fetchSnapshot(id(), { ...options, weights: false });
  expect(await readdir(path)).not.toContain(SHARD);
  expect(await readdir(path)).toContain('tokenizer.model');
});

test('progress is per file and in all', async () => {
  const seen: Progress[] = [];
  await fetchSnapshot(id(), { ...options, onProgress: (progress) => seen.push(progress) });
  expect(seen[0]?.status).toBe('resolving');
  const shard = seen.filter(({ file }) => file === SHARD);
  const size = hub.files.get(SHARD)?.length ?? 0;
  expect(shard.at(-1)).toMatchObject({ status: 'downloading', loaded: size, total: size });
  const last = seen.at(-1);
  expect(last?.overallLoaded).toBe(last?.overallTotal);
  expect(last?.overallTotal).toBe(540056 + 446720 + 326480);
});

describe('revisions', () => {
  test('a branch with a slash, a commit', async () => {
    hub.revisions.set('refs/pr/3', hub.commit);
    await fetchSnapshot(id('refs/pr/3'), options);
    expect(await readFile(join(cache, 'refs', 'refs', 'pr', '3'), 'utf8')).toBe(hub.commit);
    hub.requests.length = 0;
    await fetchSnapshot(id(hub.commit), options);
    expect(hub.requests).toEqual([]);
  });

  test('one that is not there', async () => {
    const error = await errorOf(() => fetchSnapshot(id('v9'), options));
    expect(error.code).toBe('model-not-found');
    expect(error.message).toContain('v9');
  });
});

describe('resuming', () => {
  test('a connection that breaks is taken up where it broke', async () => {
    hub.mischief.set(SHARD, [{ cutAfter: 100_000 }, { cutAfter: 50_000 }, { status: 503 }]);
    const { path } = await fetchSnapshot(id(), options);
    expect(Buffer.compare(await readFile(join(path, SHARD)), hub.files.get(SHARD) ?? Buffer.of())).toBe(0);
    const ranges = hub.downloads(SHARD).map(({ range }) => range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
  });

  test('an unfinished file of an earlier run is continued, and checked as a whole', async () => {
    const bytes = hub.files.get(SHARD) ?? Buffer.of();
    await mkdir(join(cache, 'blobs'), { recursive: true });
    await writeFile(join(cache, 'blobs', `${hub.hashOf(SHARD)}.incomplete`), bytes.subarray(0, 300_000));
    const { path } = await fetchSnapshot(id(), options);
    expect(hub.downloads(SHARD).map(({ range }) => range)).toEqual(['bytes=300000-']);
    expect(Buffer.compare(await readFile(join(path, SHARD)), bytes)).toBe(0);
  });

  test.each([
    ['of other bytes', 300_000],
    ['that is too long', 500_000],
  ])('an unfinished file %s is thrown away', async (_, length) => {
    await mkdir(join(cache, 'blobs'), { recursive: true });
    await writeFile(join(cache, 'blobs', `${hub.hashOf(SHARD)}.incomplete`), new Uint8Array(length));
    const { path } = await fetchSnapshot(id(), options);
    expect(Buffer.compare(await readFile(join(path, SHARD)), hub.files.get(SHARD) ?? Buffer.of())).toBe(0);
  });

  test('a server that knows no ranges sends everything again', async () => {
    hub.mischief.set(SHARD, [{ cutAfter: 100_000 }, { ignoreRange: true }]);
    const { path } = await fetchSnapshot(id(), options);
    expect(Buffer.compare(await readFile(join(path, SHARD)), hub.files.get(SHARD) ?? Buffer.of())).toBe(0);
  });

  test('an abort rejects with the reason and keeps what is there', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    hub.mischief.set(
      SHARD,
      Array.from({ length: 20 }, () => ({ cutAfter: 20_000 })),
    );
    const onProgress = ({ file, loaded }: Progress) => {
      if (file === SHARD && loaded >= 40_000) abort.abort(reason);
    };
    const stopped = fetchSnapshot(id(), { ...options, signal: abort.signal, onProgress });
    await expect(stopped).rejects.toBe(reason);
    hub.mischief.clear();
    hub.sent.length = 0;
    await fetchSnapshot(id(), options);
    expect(hub.downloads(SHARD).map(({ range }) => range)).toEqual([
      expect.stringMatching(/^bytes=[1-9]\d*-$/),
    ]);
  });

  test('aborted before it begins, it asks nothing', async () => {
    const reason = new Error('enough');
    const stopped = fetchSnapshot(id(), { ...options, signal: AbortSignal.abort(reason) });
    await expect(stopped).rejects.toBe(reason);
    expect(hub.requests).toEqual([]);
  });
});

describe('what arrives is checked', () => {
  const changed = (name: string) => {
    const bytes = Uint8Array.from(hub.files.get(name) ?? []);
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    return bytes;
  };

  test.each([SHARD, 'added_tokens.json'])('%s with another hash', async (name) => {
    hub.mischief.set(name, [{ bytes: changed(name) }, { bytes: changed(name) }]);
    const error = await errorOf(() => fetchSnapshot(id(), options));
    expect(error.code).toBe('hash-mismatch');
    expect(error.facts).toMatchObject({ file: name, expected: hub.hashOf(name) });
    const left = await readdir(join(cache, 'blobs'));
    expect(left.filter((blob) => blob.startsWith(hub.hashOf(name)))).toEqual([]);
  });

  test('one wrong answer is forgiven', async () => {
    hub.mischief.set(SHARD, [{ bytes: changed(SHARD) }]);
    const { path } = await fetchSnapshot(id(), options);
    expect(Buffer.compare(await readFile(join(path, SHARD)), hub.files.get(SHARD) ?? Buffer.of())).toBe(0);
  });

  test('more bytes than published', async () => {
    const longer = Buffer.concat([hub.files.get(SHARD) ?? Buffer.of(), Buffer.of(1)]);
    hub.mischief.set(SHARD, [{ bytes: longer }, { bytes: longer }]);
    expect((await errorOf(() => fetchSnapshot(id(), options))).code).toBe('size-mismatch');
  });

  test('fewer bytes than published, again and again', async () => {
    const short = (hub.files.get(SHARD) ?? Buffer.of()).subarray(0, 1000);
    hub.mischief.set(
      SHARD,
      Array.from({ length: 9 }, () => ({ bytes: short })),
    );
    expect((await errorOf(() => fetchSnapshot(id(), options))).code).toBe('network');
  });
});

describe('tokens', () => {
  beforeEach(() => {
    hub.token = 'secret';
  });

  test('without one, the remedy is named', async () => {
    const error = await errorOf(() => fetchSnapshot(id(), options));
    expect(error.code).toBe('hub-unauthorized');
    expect(error.message).toContain('HF_TOKEN');
  });

  test('HF_TOKEN goes to the Hub and not to the server of large files', async () => {
    await fetchSnapshot(id(), environment({ HF_TOKEN: 'secret' }));
    expect(hub.requests.every(({ authorization }) => authorization === 'Bearer secret')).toBe(true);
    expect(hub.largeRequests).toHaveLength(4);
    expect(hub.largeRequests.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  test('the file that a login leaves', async () => {
    await writeFile(join(home, 'token'), 'secret\n');
    await fetchSnapshot(id(), { ...options, weights: false });
  });

  test('a model whose conditions are not accepted', async () => {
    hub.refusal = { status: 403, headers: { 'x-error-code': 'GatedRepo' } };
    const error = await errorOf(() => fetchSnapshot(id(), environment({ HF_TOKEN: 'secret' })));
    expect(error.code).toBe('hub-unauthorized');
    expect(error.message).toContain('conditions');
    expect(JSON.stringify(error.facts) + error.message).not.toContain('secret');
  });
});

describe('no answer', () => {
  test('no such model: a suggestion', async () => {
    const error = await errorOf(() =>
      fetchSnapshot({ repo: 'OpenGVLab/Intern-VL2-1b', revision: 'main' }, options),
    );
    expect(error.code).toBe('model-not-found');
    expect(error.facts.suggestion).toBe('OpenGVLab/InternVL2-1B');
  });

  test('the real Hub answers 401 for what is not there', async () => {
    hub.refusal = { status: 401, headers: { 'x-error-code': 'RepoNotFound' } };
    expect((await errorOf(() => fetchSnapshot(id(), options))).code).toBe('model-not-found');
  });

  test('a server in trouble, for ever', async () => {
    hub.refusal = { status: 503 };
    const error = await errorOf(() => fetchSnapshot(id(), options));
    expect(error.code).toBe('network');
    expect(hub.requests).toHaveLength(3);
  });

  test('a server that asks to wait, and no server at all', async () => {
    hub.refusal = { status: 429, headers: { 'retry-after': '0' } };
    expect((await errorOf(() => fetchSnapshot(id(), options))).code).toBe('network');
    const nobody = environment({ HF_ENDPOINT: 'http://127.0.0.1:9' });
    const error = await errorOf(() => fetchSnapshot(id(), nobody));
    expect(error.code).toBe('network');
    expect(error.message).toContain('HF_HUB_OFFLINE');
  });

  test('something that is not a Hub', async () => {
    hub.refusal = { status: 200 };
    expect((await errorOf(() => fetchSnapshot(id(), options))).code).toBe('network');
  });

  test('a server that never says a word', async () => {
    const fetch: typeof globalThis.fetch = (_, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    const error = await errorOf(() => fetchSnapshot(id(), { ...options, fetch, silenceMs: 1 }));
    expect(error.code).toBe('network');
  });

  test('a body that stops in the middle', async () => {
    const stalled: typeof globalThis.fetch = async (input, init) => {
      if (!String(input).includes('/resolve/')) return globalThis.fetch(input, init);
      return new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(1)) }));
    };
    const error = await errorOf(() =>
      fetchSnapshot(id(), { ...options, fetch: stalled, retries: 0, silenceMs: 500 }),
    );
    expect(error.code).toBe('network');
  });
});

describe('offline', () => {
  const offline = () => environment({ HF_HUB_OFFLINE: '1' });

  test('nothing in the cache', async () => {
    const error = await errorOf(() => fetchSnapshot(id(), offline()));
    expect(error.code).toBe('hub-offline');
    expect(error.message).toContain('org/tiny');
    expect(hub.requests).toEqual([]);
  });

  test('everything in the cache', async () => {
    const { path } = await fetchSnapshot(id(), options);
    hub.requests.length = 0;
    expect(await fetchSnapshot(id(), offline())).toEqual({ path, commit: hub.commit });
    expect(hub.requests).toEqual([]);
  });

  test('says which files are missing', async () => {
    await fetchSnapshot(id(), options);
    const blob = join(cache, 'blobs', hub.hashOf(SHARD));
    await rename(blob, `${blob}.incomplete`);
    const error = await errorOf(() => fetchSnapshot(id(), offline()));
    expect(error.code).toBe('hub-offline');
    expect(error.facts.missing).toEqual([SHARD]);
  });

  test('a cache that the Python client filled', async () => {
    const snapshot = join(cache, 'snapshots', hub.commit);
    await mkdir(snapshot, { recursive: true });
    await mkdir(join(cache, 'blobs'), { recursive: true });
    await mkdir(join(cache, 'refs'), { recursive: true });
    await writeFile(join(cache, 'refs', 'main'), hub.commit);
    for (const [name, bytes] of hub.files) {
      await writeFile(join(cache, 'blobs', hub.hashOf(name)), bytes);
      await symlink(`../../blobs/${hub.hashOf(name)}`, join(snapshot, name));
    }
    const checkpoint = await openCheckpoint(FakeHub.repo, offline());
    expect(checkpoint.config.llm?.family).toBe('internlm2');
    await checkpoint.close();
    await fetchSnapshot(id(), options);
    expect(hub.sent).toEqual([]);
  });
});

describe('a repository that is not as it should be', () => {
  test('a shard that nobody published', async () => {
    hub.files.delete(SHARD);
    const error = await errorOf(() => fetchSnapshot(id(), options));
    expect(error.code).toBe('shard-missing');
    expect(error.facts.missing).toEqual([SHARD]);
  });

  test('no weights', async () => {
    for (const name of [...hub.files.keys()]) if (name.includes('safetensors')) hub.files.delete(name);
    expect((await errorOf(() => fetchSnapshot(id(), options))).code).toBe('file-missing');
  });

  test('an index that points out of the cache', async () => {
    hub.files.set('model.safetensors.index.json', Buffer.from('{"weight_map":{"a":"../../../x"}}'));
    expect((await errorOf(() => fetchSnapshot(id(), options))).code).toBe('safetensors-header');
  });

  test('more than the disk can hold is refused before it is fetched', async () => {
    const listing: typeof globalThis.fetch = async (input, init) => {
      const response = await globalThis.fetch(input, init);
      if (!String(input).includes('/tree/')) return response;
      const text = (await response.text()).replaceAll('"size":446720', '"size":9007199254740991');
      return new Response(text, { headers: response.headers });
    };
    const error = await errorOf(() => fetchSnapshot(id(), { ...options, fetch: listing }));
    expect(error.code).toBe('disk-full');
    expect(hub.downloads(SHARD)).toEqual([]);
  });
});

test('several at once fetch every file once', async () => {
  await Promise.all(Array.from({ length: 6 }, () => fetchSnapshot(id(), options)));
  const names = hub.sent.map(({ path }) => path);
  expect(new Set(names).size).toBe(names.length);
});

test('the lock of a process that is gone keeps nobody out', async () => {
  const lock = join(home, 'hub', '.locks', 'models--org--tiny', `${hub.hashOf(SHARD)}.internvl.lock`);
  await mkdir(join(lock, '..'), { recursive: true });
  await writeFile(lock, `999999999 ${hostname()}`);
  await fetchSnapshot(id(), options);
});
