import type { Checkpoint, OnProgress } from '@internvl/checkpoint';

/**
 * Where a checkpoint is read from: a Hub id (`'OpenGVLab/InternVL2-1B'`, optional `@revision`), a folder the visitor
 * chose or dropped, or a folder served over HTTP.
 */
export type CheckpointSource =
  | string
  | FileSystemDirectoryHandle
  | readonly File[]
  | { readonly baseUrl: string };

/** A converted model that the browser keeps. */
export interface StoredModel {
  readonly id: string;
  /** Hub id or folder name of the checkpoint. */
  readonly name: string;
  readonly precision: string;
  /** Bytes on disk. */
  readonly bytes: number;
  /** False for a conversion that was interrupted; converting the same checkpoint again goes on with it. */
  readonly complete: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt?: number | undefined;
}

/** Bytes, as the browser estimates them. */
export interface StorageEstimate {
  readonly quota: number;
  readonly usage: number;
}

export interface ModelStore {
  list(): Promise<readonly StoredModel[]>;
  remove(id: string): Promise<void>;
  convert(
    checkpoint: Checkpoint,
    options: { readonly precision: string; readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
  ): Promise<unknown>;
  estimate(): Promise<StorageEstimate>;
}
