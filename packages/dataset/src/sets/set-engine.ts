import type { JsonObject, JsonValue } from '../sample/json.js';

/** A file as an engine reads it, by the end of its name: `.jsonl`, `.parquet`, `.csv`, `.tsv`, also `.gz` and `.zst`. */
export interface SetOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Rows that are equal in some columns. */
export interface DuplicateGroup {
  /** The values they share. */
  readonly values: JsonObject;
  readonly rows: number;
}

/**
 * Work on whole sets, for files larger than memory: counting, grouping, sorting, changing between Parquet, JSON Lines and
 * CSV as tables. Not for rows that may be broken: an engine of sets can't name the line of a bad one, the readers can.
 */
export interface SetEngine {
  /** `duckdb 1.5.6` */
  readonly name: string;
  /**
   * A query's rows, all of them, as JSON; whole numbers beyond 2^53 as text. `$name` in the text takes a value.
   *
   * @throws `query-failed`; `signal.reason` when aborted
   */
  query(
    sql: string,
    values?: Readonly<Record<string, JsonValue>>,
    options?: SetOptions,
  ): Promise<readonly JsonObject[]>;
  /** SQL for the rows of files, for `FROM`. */
  table(files: string | readonly string[]): string;
  countRows(files: string | readonly string[], options?: SetOptions): Promise<number>;
  /** Groups of rows that are equal in `columns`, the largest first. */
  duplicates(
    files: string | readonly string[],
    columns: readonly string[],
    options?: SetOptions & { readonly most?: number },
  ): Promise<readonly DuplicateGroup[]>;
  /** Writes the rows of a query to a file, whole or not at all. */
  write(sql: string, file: string, options?: SetOptions): Promise<{ readonly rows: number }>;
  close(): void;
}
