import { type Chat, connectWebChat } from '@internvl/chat/web';
import { type Measured, measure } from './measure.js';
import type { Run } from './timed-backend.js';
import workerUrl from './worker.ts?worker&url';

/** One model on one device of this browser. */
export interface Case {
  readonly baseUrl: string;
  readonly name: string;
  readonly device: 'wasm' | 'webgpu';
  readonly threads: number;
  readonly precision: string;
  readonly images: readonly string[];
  readonly question: string;
  readonly maxTiles: number;
  readonly maxNewTokens: number;
}

async function run(wanted: Case): Promise<Measured> {
  const host = await connectWebChat(new Worker(workerUrl, { type: 'module' }));
  try {
    const { baseUrl, name, precision, device, threads } = wanted;
    const chat: Chat = await host.load(
      { checkpoint: { baseUrl, name }, precision },
      { devices: [device], threads },
    );
    const images = await Promise.all(wanted.images.map(bytesOf));
    return await measure(chat, { ...wanted, images, takeRuns });
  } finally {
    await host.dispose();
  }
}

async function bytesOf(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

/** Asks the worker for its runs; the chat's own messages stay undisturbed. */
function takeRuns(): Promise<readonly Run[]> {
  const channel = new BroadcastChannel('runs');
  return new Promise((resolve) => {
    channel.addEventListener('message', ({ data }) => {
      channel.close();
      resolve(data);
    });
    channel.postMessage('take');
  });
}

Object.assign(globalThis, { runCase: run });
