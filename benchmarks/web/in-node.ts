import { nodeBackend } from '@internvl/backend-node';
import { load } from '@internvl/chat/node';
import { type Measured, type MeasureOptions, measure } from './measure.js';
import { type Run, timedBackend } from './timed-backend.js';

/** The same questions in Node, on onnxruntime-node's CPU. */
export async function runInNode(
  folder: string,
  {
    threads,
    precision,
    cache,
    ...options
  }: { threads: number; precision: string; cache: string } & Omit<MeasureOptions, 'takeRuns'>,
): Promise<Measured> {
  const runs: Run[] = [];
  const backend = timedBackend(await nodeBackend({ device: 'cpu', threads }), runs);
  const chat = await load(folder, { backend, precision, cache, worker: false });
  try {
    return await measure(chat, { ...options, takeRuns: async () => runs.splice(0) });
  } finally {
    await chat.dispose();
  }
}
