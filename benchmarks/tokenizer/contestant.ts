import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Contestant, contestants } from './contestants.js';
import { median } from './median.js';
import type { Vocabulary } from './vocabularies.js';

/* One contestant in a process of its own: node --expose-gc contestant.ts NAME VOCABULARY FOLDER. Prints a Measured as JSON. */

/** Milliseconds are of processor time, all threads together: other processes do not count, compilers and collectors do. */
export interface Measured {
  readonly loadMs: number;
  readonly loadWallMs: number;
  /** What stays of memory behind loading: JavaScript heap, array buffers, and the whole process. */
  readonly heapBytes: number;
  readonly bufferBytes: number;
  readonly processBytes: number;
  readonly coldMs: number;
  readonly warmMs: number;
  readonly decodeMs: number;
  readonly tokens: number;
  /** Hash of the ids of each text. */
  readonly texts: readonly string[];
  readonly decoded: boolean;
}

const [name = '', vocabulary = '', folder = ''] = process.argv.slice(2);
const texts: readonly string[] = JSON.parse(readFileSync(`${folder}/corpus.json`, 'utf8'));

async function spent(work: () => Promise<void>): Promise<{ cpu: number; wall: number }> {
  const wall = performance.now();
  const before = process.cpuUsage();
  await work();
  const { system, user } = process.cpuUsage(before);
  return { cpu: (system + user) / 1000, wall: performance.now() - wall };
}

function memory(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage();
}

const contestant = contestants[name]!;
const load = await contestant.open();
const before = memory();
let tokenizer!: Contestant;
const loading = await spent(async () => {
  tokenizer = await load(folder, vocabulary as Vocabulary);
});
const after = memory();
let ids: ArrayLike<number>[] = [];
const encodeAll = async (): Promise<void> => {
  ids = [];
  for (const text of texts) {
    const encoded = tokenizer.encode(text);
    ids.push(encoded instanceof Promise ? await encoded : encoded);
  }
};
let shown: string[] = [];
const decodeAll = async (): Promise<void> => {
  shown = [];
  for (const row of ids) {
    const decoded = tokenizer.decode(row);
    shown.push(decoded instanceof Promise ? await decoded : decoded);
  }
};
const cold = await spent(encodeAll);
const warm: number[] = [];
const decode: number[] = [];
for (let pass = 0; pass < 5; pass++) {
  warm.push((await spent(encodeAll)).cpu);
  decode.push((await spent(decodeAll)).cpu);
}
const measured: Measured = {
  loadMs: loading.cpu,
  loadWallMs: loading.wall,
  heapBytes: after.heapUsed - before.heapUsed,
  bufferBytes: after.arrayBuffers - before.arrayBuffers,
  processBytes: after.rss - before.rss,
  coldMs: cold.cpu,
  warmMs: median(warm),
  decodeMs: median(decode),
  tokens: ids.reduce((sum, row) => sum + row.length, 0),
  texts: ids.map((row) => createHash('md5').update(Array.from(row).join()).digest('base64')),
  decoded: shown.every((text, index) => text === texts[index]),
};
console.log(JSON.stringify(measured));
