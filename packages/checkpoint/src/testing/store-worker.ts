import type { PrecisionName } from '../onnx/precision.js';
import type { Progress } from '../progress.js';
import { modelStore, openCheckpoint } from '../web.js';

/** What the worker is told to do, in a folder of the browser's files. */
export interface StoreTask {
  readonly folder: string;
  readonly baseUrl: string;
  readonly precision: PrecisionName;
  readonly blockBytes?: number;
}

export type StoreAnswer =
  | { readonly progress: Progress }
  | { readonly id: string; readonly manifest: string }
  | { readonly error: string; readonly code: unknown; readonly facts: unknown };

/** A tab of its own: converts what it is told, tells how far it is, and can be ended at any moment. */
self.onmessage = async ({ data: task }: MessageEvent<StoreTask>) => {
  const tell = (answer: StoreAnswer) => self.postMessage(answer);
  try {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(task.folder, {
      create: true,
    });
    const store = await modelStore({ root });
    const checkpoint = await openCheckpoint({ baseUrl: task.baseUrl });
    const { id, manifest } = await store.convert(checkpoint, {
      precision: task.precision,
      blockBytes: task.blockBytes,
      onProgress: (progress) => tell({ progress }),
    });
    tell({ id, manifest: JSON.stringify(manifest) });
  } catch (error) {
    const { code, facts }: { code?: unknown; facts?: unknown } = Object(error);
    tell({ error: String(error), code, facts });
  }
};
