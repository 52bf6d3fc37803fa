import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { planTiles, type RgbImage, type Tile, type TilePlan, tiles } from '@internvl/tiling';
import { createTilePool } from '@internvl/tiling/node';
import { median } from '../tokenizer/median.js';

// The 13 tiles of a 4032 × 3024 photograph, decoding left out: ours on one thread, ours on workers, Pillow, turn by
// turn in one run. Prints medians and ratios; --json prints them as data.
const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: process.env.PYTHON ?? 'python3' },
    rounds: { type: 'string', default: '15' },
    workers: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});

function photograph(width: number, height: number): RgbImage {
  const data = new Uint8Array(new SharedArrayBuffer(width * height * 3));
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[at++] = 7 * x + 13 * y;
      data[at++] = x * x + 3 * y;
      data[at++] = 5 * (x ^ y);
    }
  }
  return { data, width, height };
}

interface Run {
  readonly ms: number;
  readonly sha256: string;
}

async function time(cut: () => AsyncIterable<Tile>): Promise<Run> {
  const made: Tile[] = [];
  const start = performance.now();
  for await (const tile of cut()) made.push(tile);
  const ms = performance.now() - start;
  const hash = createHash('sha256');
  for (const tile of made) hash.update(tile.data);
  return { ms, sha256: hash.digest('hex') };
}

interface Rival {
  readonly version: string;
  run(): Promise<Run>;
  close(): Promise<void>;
}

/** Pillow in a process of its own that stays for all rounds; undefined where Python or Pillow is missing. */
async function startPillow(image: RgbImage, plan: TilePlan, python: string): Promise<Rival | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'internvl-bench-'));
  const raw = join(folder, 'image.raw');
  await writeFile(raw, image.data);
  const sizes = [image.width, image.height, plan.columns, plan.rows, plan.tileSize].map(String);
  const script = fileURLToPath(new URL('pillow.py', import.meta.url));
  const child = spawn(python, [script, raw, ...sizes], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('exit', () => resolve());
  });
  const close = async () => {
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true });
  };
  const hello = await lines.next();
  if (hello.done) {
    await close();
    return undefined;
  }
  return {
    version: JSON.parse(hello.value).version,
    async run() {
      if (!child.stdin.write('\n')) await once(child.stdin, 'drain');
      return JSON.parse((await lines.next()).value);
    },
    close,
  };
}

const image = photograph(4032, 3024);
const plan = planTiles(image);
const cores = availableParallelism();
const counts = options.workers ? options.workers.split(',').map(Number) : [...new Set([2, cores])];
const pools = counts.filter((count) => count >= 1).map((workers) => createTilePool({ workers }));
const pillow = await startPillow(image, plan, options.python);
const contestants = new Map<string, () => Promise<Run>>([
  ['one thread', () => time(() => tiles(image, plan))],
  ...pools.map((pool) => [`${pool.workers} workers`, () => time(() => pool.tiles(image, plan))] as const),
  ...(pillow ? [[`Pillow ${pillow.version}`, pillow.run] as const] : []),
]);

const spent = new Map<string, number[]>([...contestants.keys()].map((name) => [name, []]));
const hashes = new Map<string, string>();
for (let round = -2; round < Number(options.rounds); round++) {
  for (const [name, run] of contestants) {
    const { ms, sha256 } = await run();
    hashes.set(name, sha256);
    // The first two rounds warm caches and compilers up.
    if (round >= 0) spent.get(name)!.push(ms);
  }
}
await Promise.all([...pools.map((pool) => pool.close()), pillow?.close()]);

const rival = pillow && median(spent.get(`Pillow ${pillow.version}`)!);
const rows = [...spent].map(([name, values]) => ({
  name,
  medianMs: median(values),
  minMs: Math.min(...values),
  maxMs: Math.max(...values),
  ...(rival ? { timesPillow: rival / median(values) } : {}),
}));
const same = new Set(hashes.values()).size === 1;
if (options.json) {
  console.log(
    JSON.stringify({ cpu: cpus()[0]?.model, cores, node: process.version, tiles: plan.tiles, same, rows }),
  );
} else {
  console.log(
    `4032 × 3024, ${plan.tiles} tiles; ${cores} cores, Node ${process.version}, ${options.rounds} rounds in turn`,
  );
  for (const { name, medianMs, minMs, maxMs, timesPillow } of rows) {
    const ratio = timesPillow === undefined ? '' : `   ${timesPillow.toFixed(2)} × Pillow's speed`;
    console.log(
      `${name.padEnd(16)} ${medianMs.toFixed(1)} ms (${minMs.toFixed(1)} to ${maxMs.toFixed(1)})${ratio}`,
    );
  }
  console.log(same ? 'All give the same bytes.' : 'The bytes differ.');
  if (!pillow) console.log(`No rival: ${options.python} does not run with Pillow; pass --python PATH.`);
}
if (!same) process.exitCode = 1;
