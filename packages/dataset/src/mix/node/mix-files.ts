import { isAbsolute, join } from 'node:path';
import { DatasetError } from '../../error.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../sample/json.js';
import { mixtureOrder } from '../mixture-order.js';
import type { MixturePlan } from '../mixture-plan.js';
import { LineIndex } from './line-index.js';

/** A data set on disk that is mixed in. */
export interface MixtureFile {
  readonly name: string;
  /** Folder its images are relative to. */
  readonly root: string;
  /** JSON Lines. */
  readonly annotation: string;
}

/** A row of a mixture as it is written. */
export interface MixedRow {
  readonly position: number;
  /** Name of the data set it comes from. */
  readonly dataset: string;
  /** Its row there, from 0. */
  readonly row: number;
  /** JSON, on one line: the row with its images' paths joined to its root. */
  readonly text: string;
}

/** The data sets of a mixture, opened. Close it. */
export interface OpenMixture {
  /** Rows of each data set. */
  readonly rows: readonly number[];
  /**
   * The rows of one epoch in the plan's order.
   *
   * @throws `rows-invalid` for a row that is no JSON object; `signal.reason`
   */
  read(
    plan: MixturePlan,
    options?: {
      readonly epoch?: number;
      readonly shard?: number;
      readonly shards?: number;
      readonly signal?: AbortSignal;
    },
  ): AsyncGenerator<MixedRow, void, undefined>;
  close(): Promise<void>;
}

/**
 * Opens data sets to be mixed. Rows stay on disk; each is found by its place.
 *
 * @throws `file-missing`, `invalid-option` for compressed files; `signal.reason`
 */
export async function openMixture(files: readonly MixtureFile[], signal?: AbortSignal): Promise<OpenMixture> {
  const indexes: LineIndex[] = [];
  const close = async (): Promise<void> => {
    for (const index of indexes) await index.close();
  };
  try {
    for (const { annotation } of files) indexes.push(await LineIndex.open(annotation, signal));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    rows: indexes.map(({ rows }) => rows),
    async *read(plan, options = {}) {
      for (const { position, source, row } of mixtureOrder(plan, options)) {
        options.signal?.throwIfAborted();
        const { name, root, annotation } = files[source]!;
        const text = await indexes[source]!.read(row);
        yield { position, dataset: name, row, text: rooted(text, root, annotation, row) };
      }
    },
    close,
  };
}

/** A row with the paths of its images and videos joined to their root. */
function rooted(text: string, root: string, file: string, row: number): string {
  let value: JsonValue | undefined;
  try {
    value = JSON.parse(text);
  } catch {
    // Not an object either.
  }
  if (!isJsonObject(value)) {
    throw new DatasetError(
      'rows-invalid',
      `Expected a JSON object in row ${row + 1} of ${file}, got ${text.slice(0, 60)}; validate the data first.`,
      { file, row: row + 1 },
    );
  }
  if (root === '' || root === '.') return text;
  const joined = (path: JsonValue): JsonValue =>
    typeof path !== 'string' || path === '' || isAbsolute(path) || /^[a-z][a-z\d+.-]+:/i.test(path)
      ? path
      : join(root, path).replaceAll('\\', '/');
  const paths: Record<string, JsonValue> = {};
  for (const key of ['image', 'video'] as const) {
    const path = value[key];
    if (path !== undefined) paths[key] = Array.isArray(path) ? path.map(joined) : joined(path);
  }
  return JSON.stringify({ ...value, ...paths } satisfies JsonObject);
}
