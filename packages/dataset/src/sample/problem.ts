import type { JsonValue } from './json.js';

/** Where something is. Rows, lines and columns count from 1, as editors and spreadsheets show them. */
export interface Place {
  /** As the caller named it: a path, an address, `-`. */
  readonly file: string;
  /** Row of a table, the header being row 1; index + 1 in an array or in Parquet. */
  readonly row?: number;
  /** Line of a text file, where the row begins. */
  readonly line?: number;
  /** Name of a table's column. */
  readonly column?: string;
  /** JSON pointer (RFC 6901) into the row: `/conversations/0/value`. */
  readonly pointer?: string;
  /** Offset of the row in the (decompressed) file, in bytes. */
  readonly byteOffset?: number;
}

/** `error`: the row can't be used as it is. `warning`: it can, and someone should look. `note`: good to know. */
export type Severity = 'error' | 'warning' | 'note';

/** One thing that is wrong with the data, at one place. */
export interface Problem {
  /** Kebab-case and stable: `'cell-empty'`. */
  readonly code: string;
  readonly severity: Severity;
  /** Expected, came, what to do: one sentence without the place. */
  readonly message: string;
  readonly place: Place;
  /** At most 120 characters of what is there. */
  readonly excerpt?: string;
  /** What would mend it. */
  readonly fix?: string;
  readonly facts?: Readonly<Record<string, JsonValue>>;
}

/** `data.csv: row 5 (line 7), column "Chinese Answers"` */
export function describePlace({ file, row, line, column, pointer }: Place): string {
  const where = [
    row === undefined ? undefined : line === undefined ? `row ${row}` : `row ${row} (line ${line})`,
    row === undefined && line !== undefined ? `line ${line}` : undefined,
    column === undefined ? undefined : `column ${JSON.stringify(column)}`,
    pointer === undefined || pointer === '' ? undefined : `at ${pointer}`,
  ].filter((piece) => piece !== undefined);
  return where.length === 0 ? file : `${file}: ${where.join(', ')}`;
}

/** A short, single-line piece of text for a report. */
export function excerptOf(text: string, most = 120): string {
  const flat = text.slice(0, most + 1).replaceAll(/\s+/g, ' ');
  return flat.length > most || text.length > most ? `${flat.slice(0, most - 1)}…` : flat;
}
