import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Sha256 } from '../hash/sha256.js';
import { fixtures } from '../testing/checkpoints.js';
import { oneBillion, sparseCheckpoint } from '../testing/sparse-checkpoint.js';
import { openCheckpoint } from '../web/open-checkpoint.js';
import { storageFull } from '../web/room.js';
import type { ConversionFolder } from './conversion-folder.js';
import { planConversion } from './plan.js';
import { writeModel } from './write-model.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** A folder that forgets what is written into it. */
function forgetful(onWrite: (bytes: number) => void): ConversionFolder {
  return {
    size: async () => undefined,
    read: async () => new Uint8Array(),
    async open() {
      return {
        write: async (bytes) => onWrite(bytes.length),
        async sync() {},
        async close() {},
      };
    },
    async remove() {},
    hash: () => ({ update: () => {}, hex: () => new Sha256().hex() }),
    free: async () => undefined,
    full: storageFull,
    isFull: () => false,
  };
}

// As wide as InternVL2-1B; memory depends neither on the number of layers nor on the vocabulary.
const shape = {
  vision: { ...oneBillion.vision, layers: 1 },
  llm: { ...oneBillion.llm, layers: 1, vocabulary: 60_000 },
};

test.each(['fp16', 'q4'] as const)(
  '%s: memory stays at a few blocks, however large the model is',
  async (precision) => {
    const config = await readFile(join(fixtures, 'v2-1b', 'config.json'), 'utf8');
    const checkpoint = await openCheckpoint(sparseCheckpoint(config, shape));
    expect(checkpoint.weightBytes).toBeGreaterThan(250e6);
    const parts = { vision: precision, llm: precision };
    const plan = await planConversion(checkpoint.config, checkpoint.weights, { precision: parts });
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    let written = 0;
    let peak = 0;
    const folder = forgetful((bytes) => {
      written += bytes;
      if (bytes < 2 ** 20) return;
      collectGarbage();
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    });
    await writeModel(checkpoint, plan, folder, { key: 'any', digest: '', precision: parts });
    expect(written).toBeGreaterThan(plan.data.bytes);
    expect(peak).toBeGreaterThan(16 * 2 ** 20);
    expect(peak).toBeLessThan(128 * 2 ** 20);
    await checkpoint.close();
  },
);
