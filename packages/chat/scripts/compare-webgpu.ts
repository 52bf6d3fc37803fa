/**
 * Does recorded runs again on WebGPU and prints one report a line: `compare-webgpu.ts [PATTERN] [PRECISION]` for the cases of
 * that name, in fp32 unless told otherwise.
 *
 * On a software device with subgroups of 4 lanes (SwiftShader), onnxruntime 1.30 computes attention over 32 and more new
 * positions wrongly: its kernel for them was written for 16 lanes and more. Fewer at a time go another way, so only
 * checkpoints with few positions a tile are run, and prompts in small chunks.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeBackend } from '@internvl/backend-node';
import { load } from '../src/node.js';
import { compareRun } from '../src/testing/compare-run.js';
import { isTower } from '../src/testing/compare-tower.js';
import { fixtures, goldenCases, sharedGoldens } from '../src/testing/golden-record.js';

const POSITIONS = 32;
const runs = ['one-tile', 'static', 'text-only'];
const pattern = new RegExp(process.argv[2] ?? '');
const precision = process.argv[3] ?? 'fp32';

const backend = await nodeBackend({ device: 'webgpu', fallback: 'none', checkAttention: false });
const cache = await mkdtemp(join(tmpdir(), 'internvl-webgpu-'));
try {
  for (const golden of await goldenCases(sharedGoldens() ?? fixtures)) {
    if (isTower(golden) || !pattern.test(golden.name)) continue;
    const chat = await load(golden.folder, { backend, cache, precision });
    const { tileSize, vision } = chat.facts.config;
    const few = 1 + (tileSize / vision.patchSize) ** 2 < POSITIONS;
    for (const run of few ? golden.runs.filter((name) => runs.includes(name)) : []) {
      console.log(JSON.stringify(await compareRun(chat, golden, run, { chunkTokens: POSITIONS / 2 })));
    }
    await chat.dispose();
  }
} finally {
  await rm(cache, { recursive: true, force: true });
}
