import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { TilingError } from './error.js';
import type { RgbImage } from './image.js';
import { type PlanOptions, planTiles, type TilePlan } from './plan.js';
import type { PassOrder } from './resample.js';
import type { TileJob } from './tile-worker.js';
import { checkPlan, type Tile, type TilesRun, tileOf } from './tiles.js';
import { whole } from './whole.js';

/** Worker threads that cut tiles, kept for many images. */
export interface TilePool {
  readonly workers: number;
  /** As `tiles`, in the same order, each tile cut by the workers. Ends cleanly when the loop is left early. */
  tiles(
    image: RgbImage,
    plan?: TilePlan | PlanOptions,
    run?: TilesRun,
  ): AsyncGenerator<Tile, void, undefined>;
  /** Ends the threads; idempotent. Work under way and later calls throw `pool-closed`. */
  close(): Promise<void>;
}

interface Task {
  readonly job: TileJob;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  dropped: boolean;
}

/** Pieces that a thumbnail, the costliest tile, is cut in. */
const pieces = 8;

function startWorker(): Worker {
  const worker = new Worker(new URL(import.meta.resolve('#tile-worker')));
  worker.unref();
  return worker;
}

function shared(image: RgbImage): RgbImage {
  if (image.data.buffer instanceof SharedArrayBuffer) return image;
  const data = new Uint8Array(new SharedArrayBuffer(image.data.byteLength));
  data.set(image.data);
  return { data, width: image.width, height: image.height };
}

function jobsOf(
  image: RgbImage,
  plan: TilePlan,
  index: number,
  order: PassOrder | undefined,
  target: Uint8Array,
): TileJob[] {
  const side = plan.tileSize;
  const box = plan.boxes[index];
  const alone = !box || plan.tiles === 1;
  const size = alone ? { width: side, height: side } : { width: plan.width, height: plan.height };
  const left = alone ? 0 : box.x;
  const top = alone ? 0 : box.y;
  const parts = alone ? Math.min(pieces, side) : 1;
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((part * side) / parts);
    const to = Math.floor(((part + 1) * side) / parts);
    return {
      image,
      size,
      order,
      region: { x: left, y: top + from, width: side, height: to - from },
      target: target.subarray(from * side * 3, to * side * 3),
    };
  });
}

/**
 * Starts worker threads for cutting tiles in parallel. The threads do not keep the process alive while idle.
 *
 * @param workers threads; one per core when left out.
 * @throws `invalid-option`. Its `tiles` throws what `tiles` of the main entry throws, `worker-failed` when a thread
 *   dies, `pool-closed`.
 */
export function createTilePool({
  workers: count = availableParallelism(),
}: {
  readonly workers?: number | undefined;
} = {}): TilePool {
  whole('workers', count, 256);
  const queue: Task[] = [];
  const running = new Map<Worker, Task>();
  const idle: Worker[] = [];
  let closed: TilingError | undefined;

  const serve = () => {
    while (queue.length > 0 && idle.length > 0) {
      const task = queue.shift()!;
      if (task.dropped) continue;
      const worker = idle.pop()!;
      running.set(worker, task);
      worker.ref();
      worker.postMessage(task.job);
    }
  };
  const fail = (error: TilingError) => {
    for (const task of [...queue, ...running.values()]) task.reject(error);
    queue.length = 0;
    running.clear();
  };
  const all = Array.from({ length: count }, startWorker);
  for (const worker of all) {
    idle.push(worker);
    worker.on('message', () => {
      running.get(worker)?.resolve();
      running.delete(worker);
      worker.unref();
      idle.push(worker);
      serve();
    });
    worker.on('error', (cause) => {
      closed ??= new TilingError(
        'worker-failed',
        'Expected the tile workers to run, one ended with an error; see its cause, and make a new pool.',
        {},
        { cause },
      );
      fail(closed);
    });
  }

  async function* cut(
    image: RgbImage,
    plan: TilePlan | PlanOptions = {},
    { signal, onProgress, order }: TilesRun = {},
  ): AsyncGenerator<Tile, void, undefined> {
    const planned = 'boxes' in plan ? plan : planTiles(image, plan);
    checkPlan(image, planned);
    signal?.throwIfAborted();
    const source = shared(image);
    const tasks: Task[] = [];
    const submit = (job: TileJob) =>
      new Promise<void>((resolve, reject) => {
        if (closed) return reject(closed);
        const task = { job, resolve, reject, dropped: false };
        tasks.push(task);
        queue.push(task);
      });
    const start = (index: number) => {
      const data = new Uint8Array(new SharedArrayBuffer(planned.tileSize ** 2 * 3));
      const done = Promise.all(jobsOf(source, planned, index, order, data).map(submit)).then(() => data);
      // A tile that nobody waits for any more may fail unheard.
      done.catch(() => {});
      serve();
      return done;
    };
    const stop = () => {
      for (const task of tasks) {
        task.dropped = true;
        task.reject(signal?.reason);
      }
    };
    signal?.addEventListener('abort', stop);
    try {
      const started: Promise<Uint8Array>[] = [];
      for (let index = 0; index < planned.tiles; index++) {
        // As far ahead as keeps every worker busy, so that few tiles wait in memory.
        while (started.length < Math.min(planned.tiles, index + count + 1))
          started.push(start(started.length));
        const data = new Uint8Array(await started[index]!);
        signal?.throwIfAborted();
        onProgress?.({ status: 'tiles', loaded: index + 1, total: planned.tiles });
        yield tileOf(planned, index, data);
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
    }
  }

  return {
    workers: count,
    tiles: cut,
    async close() {
      closed ??= new TilingError(
        'pool-closed',
        'Expected an open tile pool, it was closed; make a new one with createTilePool.',
      );
      fail(closed);
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
}

/**
 * As `tiles`, cut by worker threads that live for this one image. For many images keep a {@link createTilePool}.
 *
 * @throws as {@link createTilePool}.
 */
export async function* tilesInParallel(
  image: RgbImage,
  plan: TilePlan | PlanOptions = {},
  { workers, ...run }: TilesRun & { readonly workers?: number | undefined } = {},
): AsyncGenerator<Tile, void, undefined> {
  const pool = createTilePool({ workers });
  try {
    yield* pool.tiles(image, plan, run);
  } finally {
    await pool.close();
  }
}
