import { InternVLError } from '@internvl/backend';

/** What the browser says of the storage; `navigator.storage.estimate`. */
export type EstimateStorage = () => Promise<{ readonly usage?: number; readonly quota?: number }>;

/** Bytes that can still be written; undefined where the browser does not say. */
export async function freeBytes(estimate: EstimateStorage): Promise<number | undefined> {
  const { usage, quota } = await estimate();
  return usage === undefined || quota === undefined ? undefined : Math.max(0, quota - usage);
}

/** The error for storage that is too small. Both numbers are bytes. */
export function storageFull(needed: number, free: number | undefined, cause?: unknown): InternVLError {
  const found = free === undefined ? 'the browser allows no more' : `${megabytes(free)} are free`;
  return new InternVLError(
    'storage-full',
    `Expected room for ${megabytes(needed)} in this browser's storage, ${found}; remove a stored model, choose a smaller precision, or free space on the disk.`,
    { needed, free },
    { cause },
  );
}

/** Whether writing failed for want of room. */
export function isStorageFull(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
