import { type Graph, hostTensor, InternVLError, type RunOptions, type Tensors } from '@internvl/backend';
import { describe, expect, test } from 'vitest';
import type { PixelValues } from './tile-batches.js';
import { VisionEncoder } from './vision-encoder.js';

/** Tiles of 2 × 4 pixels, 3 tokens of width 2, 2 visual tokens of width 3; numbers tell tile and place. */
class FakeGraph implements Graph {
  readonly inputs = [{ name: 'pixel_values', type: 'float32', dims: ['tiles', 3, 2, 4] }] as const;
  readonly outputs;
  readonly runs: { tiles: number; outputs: readonly string[] | undefined }[] = [];
  disposed = false;

  constructor({ projector = true, selected = false } = {}) {
    this.outputs = [
      { name: 'last_hidden_state', type: 'float32', dims: ['tiles', 3, 2] },
      ...(selected
        ? [{ name: 'selected_hidden_state', type: 'float32', dims: ['tiles', 3, 2] } as const]
        : []),
      ...(projector ? [{ name: 'visual_tokens', type: 'float32', dims: ['tiles', 2, 3] } as const] : []),
    ] as const;
  }

  async run(feeds: Tensors, { outputs, signal }: RunOptions = {}): Promise<Tensors> {
    signal?.throwIfAborted();
    const { data, dims } = feeds.pixel_values!;
    const tiles = dims[0]!;
    this.runs.push({ tiles, outputs });
    const made = (scale: number) =>
      Float32Array.from(
        { length: tiles * 6 },
        (_, i) => Number(data[Math.floor(i / 6) * 24]) * scale + (i % 6),
      );
    return {
      last_hidden_state: hostTensor('float32', made(10), [tiles, 3, 2]),
      selected_hidden_state: hostTensor('float32', made(100), [tiles, 3, 2]),
      visual_tokens: hostTensor('float32', made(1000), [tiles, 2, 3]),
    };
  }

  async dispose() {
    this.disposed = true;
  }
}

const tile = (number: number) => new Float32Array(24).fill(number);

async function* stream(tiles: readonly Float32Array[], seen: { pulled: number; closed: boolean }) {
  try {
    for (const next of tiles) {
      seen.pulled++;
      yield next;
    }
  } finally {
    seen.closed = true;
  }
}

describe('sizes', () => {
  test('come from the ports', () => {
    expect(new VisionEncoder(new FakeGraph()).sizes).toEqual({
      tileHeight: 2,
      tileWidth: 4,
      tokens: 3,
      width: 2,
      tokensPerTile: 2,
      hidden: 3,
      selectsLayer: false,
    });
  });

  test('another graph is refused', () => {
    const graph: Graph = { inputs: [], outputs: [], run: async () => ({}), dispose: async () => {} };
    expect(() => new VisionEncoder(graph)).toThrow(expect.objectContaining({ code: 'model-unreadable' }));
  });

  test.each([0, 1.5, Number.NaN])('tilesPerRun %d is refused', (tilesPerRun) => {
    expect(() => new VisionEncoder(new FakeGraph(), { tilesPerRun })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});

describe('features', () => {
  test('of a tensor, tile by tile, as views', async () => {
    const graph = new FakeGraph({ selected: true });
    const values = hostTensor('float32', new Float32Array([...tile(1), ...tile(2)]), [2, 3, 2, 4]);
    const seen = [];
    for await (const features of new VisionEncoder(graph).features(values)) seen.push(features);
    expect(seen.map(({ index }) => index)).toEqual([0, 1]);
    const [, second] = seen;
    expect(second!.classEmbedding.dims).toEqual([2]);
    expect([...second!.classEmbedding.data]).toEqual([20, 21]);
    expect(second!.patchEmbeddings.dims).toEqual([2, 2]);
    expect([...second!.patchEmbeddings.data]).toEqual([22, 23, 24, 25]);
    expect(second!.lastHiddenState.dims).toEqual([3, 2]);
    expect(second!.patchEmbeddings.data.buffer).toBe(second!.lastHiddenState.data.buffer);
    expect(second!.selectedHiddenState!.data[0]).toBe(200);
    expect(second!.visualTokens!.dims).toEqual([2, 3]);
    expect(graph.runs.map(({ tiles }) => tiles)).toEqual([1, 1]);
  });

  test('of a vision tower alone has no visual tokens', async () => {
    const graph = new FakeGraph({ projector: false });
    for await (const features of new VisionEncoder(graph).features([tile(1)])) {
      expect(features).not.toHaveProperty('visualTokens');
      expect(features).not.toHaveProperty('selectedHiddenState');
    }
    expect(graph.runs).toEqual([{ tiles: 1, outputs: ['last_hidden_state'] }]);
  });
});

describe('visual tokens', () => {
  test('only they are fetched, in batches that change nothing', async () => {
    const graph = new FakeGraph();
    const seen: number[] = [];
    const progress: object[] = [];
    const encoder = new VisionEncoder(graph, { tilesPerRun: 2 });
    for await (const { index, visualTokens } of encoder.visualTokens([tile(1), tile(2), tile(3)], {
      onProgress: (step) => progress.push(step),
      total: 3,
    })) {
      seen.push(index, visualTokens.data[0]!);
    }
    expect(seen).toEqual([0, 1000, 1, 2000, 2, 3000]);
    expect(graph.runs).toEqual([
      { tiles: 2, outputs: ['visual_tokens'] },
      { tiles: 1, outputs: ['visual_tokens'] },
    ]);
    expect(progress).toEqual([
      { loaded: 1, total: 3 },
      { loaded: 2, total: 3 },
      { loaded: 3, total: 3 },
    ]);
  });

  test('a vision tower alone has none', async () => {
    const encoder = new VisionEncoder(new FakeGraph({ projector: false }));
    await expect(encoder.visualTokens([tile(1)]).next()).rejects.toMatchObject({ code: 'projector-missing' });
  });

  test('no tiles, no runs', async () => {
    const graph = new FakeGraph();
    expect(await new VisionEncoder(graph).visualTokens([]).next()).toMatchObject({ done: true });
    expect(graph.runs).toEqual([]);
  });
});

describe('a source of tiles', () => {
  test('may write into memory of the encoder, which is used again', async () => {
    for (const tilesPerRun of [1, 2, 3]) {
      const graph = new FakeGraph();
      const buffers = new Set<ArrayBufferLike>();
      const run = graph.run.bind(graph);
      graph.run = async (feeds, options) => {
        const { data } = feeds.pixel_values!;
        const before = data.slice();
        buffers.add(data.buffer);
        await new Promise((resolve) => setTimeout(resolve));
        // Nobody writes into what is in the graph.
        expect(data).toEqual(before);
        return run(feeds, options);
      };
      const encoder = new VisionEncoder(graph, { tilesPerRun });
      const tokensOf = async (values: PixelValues) => {
        const seen = [];
        for await (const { visualTokens } of encoder.visualTokens(values)) seen.push([...visualTokens.data]);
        return seen;
      };
      const numbers = [1, 2, 3, 4, 5, 6, 7];
      const expected = await tokensOf(numbers.map(tile));
      buffers.clear();
      const writers = numbers.map((number) => (into: Float32Array) => void into.fill(number));
      const [one, other] = await Promise.all([tokensOf(writers), tokensOf(writers)]);
      expect([one, other]).toEqual([expected, expected]);
      expect(await tokensOf(writers.map((write, at) => (at % 2 ? tile(at + 1) : write)))).toEqual(expected);
      const own = [...buffers].filter(({ byteLength }) => byteLength === tilesPerRun * 24 * 4);
      if (tilesPerRun > 1) expect(own).toHaveLength(2);
      await tokensOf(writers);
      expect(buffers.size).toBeLessThanOrEqual(tilesPerRun === 1 ? 2 + 3 : 2);
    }
  });

  test('is read one batch ahead of nothing, and closed when the loop is left', async () => {
    const seen = { pulled: 0, closed: false };
    const encoder = new VisionEncoder(new FakeGraph());
    for await (const { index } of encoder.visualTokens(stream([tile(1), tile(2), tile(3)], seen))) {
      expect(seen.pulled).toBe(index + 1);
      if (index === 1) break;
    }
    expect(seen).toEqual({ pulled: 2, closed: true });
  });

  test('is closed when aborted, and the reason comes through untouched', async () => {
    const seen = { pulled: 0, closed: false };
    const controller = new AbortController();
    const reason = { why: 'enough' };
    const encoder = new VisionEncoder(new FakeGraph());
    const tiles = encoder.visualTokens(stream([tile(1), tile(2)], seen), { signal: controller.signal });
    await tiles.next();
    controller.abort(reason);
    await expect(tiles.next()).rejects.toBe(reason);
    expect(seen.closed).toBe(true);
  });
});

describe('tiles of another size', () => {
  test.each([
    ['a tensor', hostTensor('float32', new Float32Array(18), [1, 3, 2, 3])],
    ['a list', [new Float32Array(18)]],
  ])('in %s are refused', async (_, values) => {
    const error = await new VisionEncoder(new FakeGraph())
      .features(values)
      .next()
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    expect(InternVLError.is(error, 'shape-mismatch')).toBe(true);
  });
});

test('outputs of another type are refused', async () => {
  const graph = new FakeGraph();
  graph.run = async () => ({ visual_tokens: hostTensor('float16', new Uint16Array(6), [1, 2, 3]) });
  await expect(new VisionEncoder(graph).visualTokens([tile(1)]).next()).rejects.toMatchObject({
    code: 'dtype-mismatch',
  });
});

test('dispose frees the graph', async () => {
  const graph = new FakeGraph();
  await new VisionEncoder(graph).dispose();
  expect(graph.disposed).toBe(true);
});
