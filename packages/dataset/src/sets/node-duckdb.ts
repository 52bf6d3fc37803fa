import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { DatasetError } from '../error.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import type { DuplicateGroup, SetEngine, SetOptions } from './set-engine.js';

export interface DuckDBOptions {
  /** Default: all cores. */
  readonly threads?: number | undefined;
  /** Above it DuckDB spills to `temporaryDirectory`. Default: `'1GB'`. */
  readonly memoryLimit?: string | undefined;
  /** Default: DuckDB's own choice, beside the working folder. */
  readonly temporaryDirectory?: string | undefined;
  /** A database file. Default: in memory. */
  readonly file?: string | undefined;
}

/**
 * DuckDB in this process, as an engine of sets. Needs the optional peer `@duckdb/node-api`. It neither installs nor loads
 * extensions by itself, so nothing is fetched from anywhere.
 *
 * @throws `duckdb-missing`
 */
export async function openDuckDB(options: DuckDBOptions = {}): Promise<SetEngine> {
  const { threads, memoryLimit = '1GB', temporaryDirectory, file = ':memory:' } = options;
  const { DuckDBInstance, version } = await duckdb();
  const instance = await DuckDBInstance.create(file, {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: memoryLimit,
    preserve_insertion_order: 'true',
    ...(threads !== undefined && { threads: String(threads) }),
    ...(temporaryDirectory !== undefined && { temp_directory: temporaryDirectory }),
  });
  return new DuckDBEngine(`duckdb ${version()}`, instance, await instance.connect());
}

class DuckDBEngine implements SetEngine {
  readonly name: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  constructor(name: string, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.name = name;
    this.#instance = instance;
    this.#connection = connection;
  }

  async query(
    sql: string,
    values: Readonly<Record<string, JsonValue>> = {},
    { signal }: SetOptions = {},
  ): Promise<readonly JsonObject[]> {
    signal?.throwIfAborted();
    const interrupt = () => this.#connection.interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      const bound: Record<string, DuckDBValue> = {};
      for (const [name, value] of Object.entries(values)) {
        bound[name] = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
      }
      const reader = await this.#connection.runAndReadAll(sql, bound);
      return reader.getRowObjectsJson().map((row) => rowOf(row));
    } catch (cause) {
      signal?.throwIfAborted();
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new DatasetError(
        'query-failed',
        `Expected the query to run, DuckDB says: ${said.replaceAll(/\s+/g, ' ')}; mend the query or the file.`,
        { sql },
        { cause },
      );
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  }

  table(files: string | readonly string[]): string {
    const list = typeof files === 'string' ? [files] : files;
    const [first = ''] = list;
    const names = `[${list.map(literal).join(', ')}]`;
    const plain = first.toLowerCase().replace(/\.(gz|zst)$/, '');
    if (plain.endsWith('.parquet')) return `read_parquet(${names})`;
    if (plain.endsWith('.jsonl') || plain.endsWith('.ndjson')) {
      return `read_json(${names}, format = 'newline_delimited', maximum_object_size = 67108864)`;
    }
    if (plain.endsWith('.csv') || plain.endsWith('.tsv'))
      return `read_csv(${names}, header = true, all_varchar = true)`;
    throw new DatasetError(
      'invalid-option',
      `Expected a file that ends in .jsonl, .parquet, .csv or .tsv, got ${first}; convert it first.`,
      { file: first },
    );
  }

  async countRows(files: string | readonly string[], options: SetOptions = {}): Promise<number> {
    const [row] = await this.query(`SELECT count(*) AS rows FROM ${this.table(files)}`, {}, options);
    return Number(row?.rows ?? 0);
  }

  async duplicates(
    files: string | readonly string[],
    columns: readonly string[],
    { most = 1000, signal }: SetOptions & { readonly most?: number } = {},
  ): Promise<readonly DuplicateGroup[]> {
    const names = columns.map(identifier).join(', ');
    const found = await this.query(
      `SELECT ${names}, count(*) AS "row count" FROM ${this.table(files)} GROUP BY ${names} HAVING count(*) > 1 ORDER BY "row count" DESC, ${names} LIMIT ${Math.trunc(most)}`,
      {},
      { signal },
    );
    return found.map(({ 'row count': rows, ...values }) => ({ values, rows: Number(rows) }));
  }

  async write(sql: string, file: string, { signal }: SetOptions = {}): Promise<{ readonly rows: number }> {
    const temporary = `${file}.${randomUUID()}.part`;
    const plain = file.toLowerCase().replace(/\.(gz|zst)$/, '');
    const packed = /\.gz$/i.test(file)
      ? ', COMPRESSION gzip'
      : /\.zst$/i.test(file)
        ? ', COMPRESSION zstd'
        : '';
    const format = plain.endsWith('.parquet')
      ? 'FORMAT parquet, COMPRESSION zstd'
      : plain.endsWith('.jsonl')
        ? `FORMAT json${packed}`
        : plain.endsWith('.tsv')
          ? `FORMAT csv, HEADER true, DELIMITER '\t'${packed}`
          : `FORMAT csv, HEADER true${packed}`;
    try {
      const [row] = await this.query(`COPY (${sql}) TO ${literal(temporary)} (${format})`, {}, { signal });
      await rename(temporary, file);
      return { rows: Number(row?.Count ?? 0) };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

async function duckdb(): Promise<typeof import('@duckdb/node-api')> {
  try {
    return await import('@duckdb/node-api');
  } catch (cause) {
    throw new DatasetError(
      'duckdb-missing',
      'Expected DuckDB for work on whole sets, got none; install it with npm install @duckdb/node-api.',
      { package: '@duckdb/node-api' },
      { cause },
    );
  }
}

function rowOf(row: Readonly<Record<string, unknown>>): JsonObject {
  // DuckDB gives whole numbers of 64 bits as text.
  const parsed: JsonValue = JSON.parse(JSON.stringify(row));
  return isJsonObject(parsed) ? parsed : {};
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
