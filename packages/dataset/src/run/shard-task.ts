import type { JsonObject } from '../sample/json.js';
import type { Shard } from './shards.js';

/** Where a shard's work takes place. */
export interface ShardWork {
  readonly shard: Shard;
  /** The shard's bytes, as they were cut. */
  readonly bytes: Uint8Array;
  /** An empty folder for the outputs; it takes its place when the work is done. */
  readonly outputs: string;
  /** A folder that stays, also when the work is broken off and done again by another. */
  readonly scratch: string;
  /** Reports of the shards that are done. */
  readonly reports: () => Promise<readonly JsonObject[]>;
  readonly signal: AbortSignal;
  /** Told of rows done in this shard so far. */
  readonly onRows: (rows: number) => void;
}

/** What is done to every shard. Doing it twice gives the same. */
export interface ShardTask {
  /** Part of the plan's digest, besides the plan: whatever else decides the outputs. */
  readonly version: string;
  /** Names of the files below `outputs`, which are put together in order of the shards. */
  readonly outputs: readonly string[];
  /** @returns the shard's report, which is written beside its outputs */
  run(work: ShardWork): Promise<JsonObject>;
  /** What the whole plan came to, from the reports in order: documents by file name. */
  summarise(reports: readonly JsonObject[]): Readonly<Record<string, string>>;
}
