import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeBackend } from '@internvl/backend-node';
import { convertCached, openCheckpoint, writeTritonRepository } from '@internvl/checkpoint/node';
import { serveInference } from '../../packages/backend-node/src/testing/inference/serve-inference.js';

/** A server of the Open Inference Protocol on this machine, with a checkpoint's graphs in a repository as Triton has it. */
export async function standIn(model: string): Promise<{ url: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'internvl-triton-'));
  const repository = join(folder, 'repository');
  const checkpoint = await openCheckpoint(model);
  const converted = await convertCached(checkpoint, { cacheDirectory: folder });
  await checkpoint.close();
  await writeTritonRepository(converted, { directory: repository });
  const service = await serveInference({ backend: await nodeBackend(), repository });
  return {
    url: service.url,
    close: async () => {
      await service.close();
      await rm(folder, { recursive: true });
    },
  };
}
