import type { Progress } from '../progress.js';
import type { StoreAnswer, StoreTask } from './store-worker.js';

/** A worker that converts, as a tab of its own. */
export interface StoreTab {
  /** Id and manifest of the model; rejects with what the worker threw. */
  readonly done: Promise<{ readonly id: string; readonly manifest: unknown }>;
  readonly seen: readonly Progress[];
  /** As when the tab is closed. */
  end(): void;
}

/** @param onProgress may end the tab */
export function startTab(
  task: StoreTask,
  onProgress: (progress: Progress, end: () => void) => void = () => {},
): StoreTab {
  const worker = new Worker(new URL('./store-worker.ts', import.meta.url), { type: 'module' });
  const seen: Progress[] = [];
  const end = () => worker.terminate();
  const done = new Promise<{ id: string; manifest: unknown }>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<StoreAnswer>) => {
      if ('progress' in data) {
        seen.push(data.progress);
        onProgress(data.progress, end);
        return;
      }
      end();
      if ('error' in data) reject(Object.assign(new Error(data.error), data));
      else resolve({ id: data.id, manifest: JSON.parse(data.manifest) });
    };
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.postMessage(task);
  return { done, seen, end };
}
