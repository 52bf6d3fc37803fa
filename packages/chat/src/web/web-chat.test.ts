import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Backend, type Graph, InternVLError } from '@internvl/backend';
import { referenceBackend } from '@internvl/backend/reference';
import { convert, openCheckpoint } from '@internvl/checkpoint/node';
import type { RgbImage } from '@internvl/tiling';
import { decodeImage } from '@internvl/tiling/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ChatEvent } from '../event.js';
import { finishedAnswer } from '../finished-answer.js';
import { folderStore } from '../testing/folder-store.js';
import type { Turn } from '../turn.js';
import { connectWebChat } from './connect-web-chat.js';
import { serveWebChat } from './serve-web-chat.js';
import type { WebChatHost } from './web-chat-host.js';
import type { WebRuntime } from './web-runtime.js';

const nano = fileURLToPath(new URL('../../../../models/nano/', import.meta.url));

let folder: string;
let image: RgbImage;
let recorded: { question: string; ids: readonly number[] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-web-'));
  const checkpoint = await openCheckpoint(nano);
  await convert(checkpoint, { directory: join(folder, 'nano') });
  await checkpoint.close();
  image = await decodeImage(`${nano}samples/shapes-1.png`);
  const samples: { file: string; turns: (typeof recorded)[] }[] = JSON.parse(
    await readFile(`${nano}samples/samples.json`, 'utf8'),
  );
  recorded = samples.find(({ file }) => file === 'shapes-1.png')!.turns[0]!;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const hosts: WebChatHost[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.dispose();
});

/** A backend whose graphs ask `before` each time they run. */
function watched(name: string, before: (inputs: readonly string[]) => void): Backend {
  const backend = referenceBackend();
  return {
    ...backend,
    name,
    load: async (model, options) => {
      const graph: Graph = await backend.load(model, options);
      const inputs = graph.inputs.map((port) => port.name);
      return {
        inputs: graph.inputs,
        outputs: graph.outputs,
        run: async (feeds, run) => {
          before(inputs);
          return graph.run(feeds, run);
        },
        dispose: () => graph.dispose(),
      };
    },
  };
}

const facts = { crossOriginIsolated: false, threads: 1 };

function runtimeOf(changes: Partial<WebRuntime> = {}): WebRuntime {
  return {
    backend: async (device) => watched(device, () => {}),
    probe: async () => facts,
    choose: (_, { precisions }) => ({
      backend: 'wasm',
      precision: precisions[0]!.precision,
      runnable: precisions.map(({ precision }) => ({
        precision,
        backends: ['wasm', 'webgpu'],
        fits: true,
      })),
      fits: true,
      reasons: [],
      words: [],
    }),
    store: async () => folderStore([join(folder, 'nano')]),
    ...changes,
  };
}

/** A page and its worker at the two ends of a channel. */
async function connected(runtime: WebRuntime = runtimeOf()) {
  const { port1, port2 } = new MessageChannel();
  serveWebChat(runtime, port2);
  const host = await connectWebChat(port1);
  hosts.push(host);
  return { host, page: port1, worker: port2, model: { stored: join(folder, 'nano') } };
}

const question = (text: string): readonly Turn[] => [
  {
    role: 'user',
    parts: [
      { type: 'image', image },
      { type: 'text', text },
    ],
  },
];
const quick = { maxTiles: 1, maxNewTokens: 3 };

describe('connecting', () => {
  test('works whoever is first', async () => {
    const { port1, port2 } = new MessageChannel();
    const connecting = connectWebChat(port1);
    serveWebChat(runtimeOf(), port2);
    const host = await connecting;
    expect(await host.probe()).toEqual(facts);
    await host.dispose();
  });

  test('waits no longer than the signal', async () => {
    const { port1, port2 } = new MessageChannel();
    const controller = new AbortController();
    const connecting = connectWebChat(port1, { signal: controller.signal });
    controller.abort('too long');
    await expect(connecting).rejects.toBe('too long');
    port2.close();
  });

  test('a worker that cannot start is lost', async () => {
    const { port1 } = new MessageChannel();
    const connecting = connectWebChat(port1);
    port1.dispatchEvent(new Event('error'));
    await expect(connecting).rejects.toMatchObject({
      code: 'host-lost',
      cause: { message: "the worker's script could not be loaded" },
    });
  });
});

describe('the browser’s models', () => {
  test('are listed, measured, kept and removed', async () => {
    const { host } = await connected();
    const [stored] = await host.models.list();
    expect(stored).toMatchObject({ name: 'nano', complete: true });
    expect(await host.models.estimate()).toMatchObject({ quota: 100, usage: 1 });
    expect(await host.models.persist()).toBe(true);
    await host.models.remove(stored!.id);
    expect(await host.models.list()).toEqual([]);
  });

  test('errors cross as they are, and the store is asked for again', async () => {
    const error = new InternVLError('storage-missing', 'No storage here.', { quota: 0 });
    let times = 0;
    const { host } = await connected(
      runtimeOf({
        store: async () => {
          if (times++ === 0) throw error;
          return folderStore([]);
        },
      }),
    );
    await expect(host.models.list()).rejects.toMatchObject({ code: error.code, facts: error.facts });
    expect(await host.models.list()).toEqual([]);
  });
});

describe('loading', () => {
  test('tells progress and facts; the answer is the recorded one', async () => {
    const { host, model } = await connected();
    const seen: string[] = [];
    const chat = await host.load(model, {
      onProgress: (progress) => seen.push(`${progress.status} ${progress.file} ${progress.loaded}`),
    });
    expect(seen).toEqual([
      'loading vision.onnx 0',
      'loading vision.onnx 1',
      'loading embed.onnx 1',
      'loading embed.onnx 2',
      'loading decoder.onnx 2',
      'loading decoder.onnx 3',
    ]);
    expect(chat.facts).toMatchObject({ backend: 'wasm', precision: 'fp32' });
    const answer = await finishedAnswer(chat.answer(question(recorded.question)));
    expect(answer.ids).toEqual(recorded.ids);
  });

  test('ends with the very reason, and the next one works', async () => {
    const { host, model } = await connected();
    const controller = new AbortController();
    const reason = { uncloneable: () => {} };
    const loading = host.load(model, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(loading).rejects.toBe(reason);
    await expect(host.load(model, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    await (await host.load(model)).dispose();
  });

  test('takes the next device where one is missing, and says so', async () => {
    const missing = new InternVLError('device-missing', 'No adapter.');
    const { host, model } = await connected(
      runtimeOf({
        backend: async (device) => {
          if (device === 'webgpu') throw missing;
          return watched(device, () => {});
        },
      }),
    );
    const notes: string[] = [];
    const chat = await host.load(model, {
      devices: ['webgpu', 'wasm'],
      onNote: (note) => void notes.push(note),
    });
    expect(chat.facts.backend).toBe('wasm');
    expect(notes).toEqual(["webgpu can't run this model, wasm is tried: No adapter."]);
    await expect(host.load(model, { devices: ['webgpu'] })).rejects.toMatchObject({ code: 'device-missing' });
    await expect(host.load(model, { devices: [] })).rejects.toMatchObject({ code: 'invalid-option' });
  });

  test('several models, each with a life of its own', async () => {
    const { host, model } = await connected();
    const [one, other] = await Promise.all([host.load(model), host.load(model)]);
    await one!.dispose();
    expect(await finishedAnswer(other!.answer(question('?'), quick))).toMatchObject({ precision: 'fp32' });
    await expect(host.load({ stored: 'nothing' })).rejects.toMatchObject({ code: 'model-not-found' });
  });
});

describe('stopping', () => {
  test.each([
    ['vision', 'vision-progress'],
    ['prefill', 'prefill-progress'],
    ['decoding', 'text-delta'],
  ] as const)('in the middle of %s gives the reason, and the next question works', async (_, type) => {
    const { host, model } = await connected();
    const chat = await host.load(model);
    const expected = await finishedAnswer(chat.answer(question('Describe the image.'), quick));
    const reason = new Error('stop');
    const controller = new AbortController();
    const options = { maxNewTokens: 40, maxTiles: 2, chunkTokens: 8, signal: controller.signal };
    const stopped = (async () => {
      for await (const event of chat.answer(question('Describe the image.'), options)) {
        if (event.type === type) controller.abort(reason);
      }
    })();
    await expect(stopped).rejects.toBe(reason);
    const next = await finishedAnswer(chat.answer(question('Describe the image.'), quick));
    expect(next.ids).toEqual(expected.ids);
  });
});

test('a second question about an image runs no vision', async () => {
  let tiles = 0;
  const { host, model } = await connected(
    runtimeOf({
      backend: async (device) =>
        watched(device, (inputs) => {
          if (inputs.includes('pixel_values')) tiles++;
        }),
    }),
  );
  const chat = await host.load(model);
  const conversation = chat.conversation(quick);
  const first = await finishedAnswer(conversation.ask(question('What is it?')[0]!.parts));
  const second = await finishedAnswer(conversation.ask('And where?'));
  expect([first.encodedTiles, second.encodedTiles, tiles]).toEqual([1, 0, 1]);
  // All of the first turn, of which the last token was never fed.
  expect(second.usage.cachedTokens).toBe(first.usage.inputTokens + first.usage.outputTokens - 1);
  const other = await finishedAnswer(chat.answer(question('Another conversation'), quick));
  expect([other.encodedTiles, tiles]).toEqual([0, 1]);
  // It begins as the first one did, with the same image.
  expect(other.usage.cachedTokens).toBeGreaterThan(16);
});

test('a lost device is told, and the next question runs on the next one', async () => {
  let lost = false;
  const { host, model } = await connected(
    runtimeOf({
      backend: async (device) =>
        watched(device, () => {
          if (lost && device === 'webgpu')
            throw new InternVLError('device-lost', 'The GPU is gone.', { device });
        }),
    }),
  );
  const chat = await host.load(model, { devices: ['webgpu', 'wasm'] });
  const conversation = chat.conversation(quick);
  expect(await finishedAnswer(conversation.ask(question('?')[0]!.parts))).toMatchObject({
    backend: 'webgpu',
  });
  lost = true;
  await expect(finishedAnswer(conversation.ask('More?'))).rejects.toMatchObject({
    code: 'device-lost',
    facts: { device: 'webgpu' },
  });
  expect(await finishedAnswer(conversation.ask('More?'))).toMatchObject({ backend: 'wasm' });
  expect(conversation.turns).toHaveLength(4);
});

test('a lost device is asked again where no other runs the model', async () => {
  const tried: string[] = [];
  let lost = false;
  const { host, model } = await connected(
    runtimeOf({
      backend: async (device) => {
        tried.push(device);
        if (device === 'wasm') throw new InternVLError('unsupported-operator', 'No blocks here.');
        return watched(device, () => {
          if (lost) throw new InternVLError('device-lost', 'The GPU is gone.', { device });
        });
      },
    }),
  );
  const chat = await host.load(model, { devices: ['webgpu', 'wasm'] });
  lost = true;
  const answering = finishedAnswer(chat.answer(question('?'), quick));
  await expect(answering).rejects.toMatchObject({ code: 'device-lost' });
  lost = false;
  expect(await finishedAnswer(chat.answer(question('?'), quick))).toMatchObject({ backend: 'webgpu' });
  expect(tried).toEqual(['webgpu', 'wasm', 'webgpu']);
});

test('features come tile by tile', async () => {
  const { host, model } = await connected();
  const chat = await host.load(model);
  const tiles = [];
  for await (const tile of chat.features(image, { maxTiles: 2 })) tiles.push(tile);
  expect(tiles.map(({ index, total }) => [index, total])).toEqual(
    tiles.map((_, index) => [index, tiles.length]),
  );
  expect(tiles[0]!.classEmbedding.dims).toEqual([chat.facts.config.vision.width]);
});

test('a path is no image in a browser', async () => {
  const { host, model } = await connected();
  const chat = await host.load(model);
  await expect(chat.features('/a.png').next()).rejects.toMatchObject({ code: 'image-unreadable' });
});

describe('the end', () => {
  test('a worker that is gone ends everything with host-lost', async () => {
    const { host, worker, model } = await connected();
    const chat = await host.load(model);
    const events = chat.answer(question('?'), { maxTiles: 1 });
    await events.next();
    worker.close();
    await expect(finishedAnswer(events)).rejects.toMatchObject({ code: 'host-lost' });
    await expect(host.probe()).rejects.toMatchObject({ code: 'host-lost' });
    await expect(host.load(model)).rejects.toMatchObject({ code: 'host-lost' });
  });

  test('so does what nobody caught there', async () => {
    const { host, page } = await connected(runtimeOf({ probe: () => new Promise(() => {}) }));
    const probing = host.probe();
    page.dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }));
    await expect(probing).rejects.toMatchObject({
      code: 'host-lost',
      cause: { message: 'out of memory' },
    });
  });

  test('disposing ends chats, calls and the worker', async () => {
    const { host, model } = await connected();
    const chat = await host.load(model);
    const events: ChatEvent[] = [];
    const answering = (async () => {
      for await (const event of chat.answer(question('?'))) events.push(event);
    })();
    const ended = expect(answering).rejects.toMatchObject({ code: 'chat-disposed' });
    await host.dispose();
    await host.dispose();
    await ended;
    await expect(host.probe()).rejects.toMatchObject({ code: 'host-disposed' });
    await expect(chat.answer(question('?')).next()).rejects.toMatchObject({ code: 'chat-disposed' });
  });

  test('a worker that never pauses is terminated', async () => {
    let terminated = false;
    const { port1, port2 } = new MessageChannel();
    serveWebChat(runtimeOf({ probe: () => new Promise(() => {}) }), port2);
    const terminate = () => {
      terminated = true;
    };
    const host = await connectWebChat(Object.assign(port1, { terminate }), { graceMs: 1 });
    const probing = host.probe();
    const ended = expect(probing).rejects.toMatchObject({ code: 'host-disposed' });
    await host.dispose();
    await ended;
    expect(terminated).toBe(true);
    port1.close();
  });
});
