import { DatasetError } from '../error.js';
import type { Problem } from '../sample/problem.js';
import { columnName } from '../table/separator.js';
import type { TableRow } from '../table/table-splitter.js';
import {
  carriedFields,
  directions,
  headersOf,
  type PairField,
  type Pairing,
  pairFields,
} from './pair-fields.js';

/** A field's place in the rows, and what its header is called. */
export interface Column {
  readonly index: number;
  readonly name: string;
}

export interface PairColumns {
  readonly pairings: readonly Pairing[];
  /** Whether pairs carry the row's facts. */
  readonly rich: boolean;
  /** Whether pairs say their direction. */
  readonly directed: boolean;
  readonly columns: Readonly<Partial<Record<PairField, Column>>>;
  /** The columns of the texts that the pairings take, in the header's order. */
  readonly needed: readonly Column[];
  /** All columns that reach a pair. */
  readonly checked: readonly Column[];
  /** Header cells, to name what a row has too few or too many of. */
  readonly header: readonly string[];
}

/** Headers that any field may have, for telling the separator. */
export function knownHeaders(columns: Readonly<Partial<Record<PairField, string>>>): ReadonlySet<string> {
  return new Set([
    ...pairFields.flatMap((field) => headersOf[field]),
    ...Object.values(columns).map((name) => columnName(name)),
  ]);
}

/**
 * Finds the columns that the pairings need.
 *
 * @returns the columns, or the problems that keep the whole table from being read
 */
export function pairColumns(
  header: TableRow,
  file: string,
  map: Readonly<Partial<Record<PairField, string>>>,
  asked: readonly Pairing[] | undefined,
): PairColumns | readonly Problem[] {
  const names = header.cells.map(columnName);
  // Spreadsheets write separators for columns that were once in use.
  while (names.length > 1 && names.at(-1) === '') names.pop();
  const pairings = asked ?? (['en-zh'] as const);
  const needed: ReadonlySet<PairField> = new Set(
    pairings.flatMap((one) => [directions[one].question, directions[one].answer]),
  );
  const problems: Problem[] = [];
  const columns: Partial<Record<PairField, Column>> = {};
  const problem = (code: string, column: string, message: string) => {
    problems.push({
      code,
      severity: 'error',
      message,
      place: { file, row: header.row, line: header.line, column },
    });
  };
  let rich = asked !== undefined;
  for (const field of pairFields) {
    const mapped = map[field];
    const wanted = mapped === undefined ? headersOf[field] : [columnName(mapped)];
    const found = names.flatMap((name, index) => (wanted.includes(name) ? [index] : []));
    const [index] = found;
    const required = needed.has(field) || mapped !== undefined;
    if (found.length > 1 && (required || carriedFields.some((one) => one === field))) {
      const where = found.map((one) => one + 1).join(' and ');
      problem(
        'column-duplicate',
        names[index ?? 0] ?? field,
        `Expected one column for ${field}, got columns ${where}; rename or remove one.`,
      );
    } else if (index !== undefined) {
      columns[field] = { index, name: names[index] ?? field };
      if (
        mapped === undefined &&
        names[index] === field &&
        (field === 'question_en' || field === 'answer_zh')
      ) {
        rich = true;
      }
    } else if (required) {
      problem('column-missing', mapped ?? preferred(wanted, names), missing(field, wanted, names));
    }
  }
  if (header.fault !== undefined) {
    problem(header.fault.code, names[header.fault.cellIndex] ?? '', header.fault.message);
  }
  if (problems.length > 0) return problems;
  const inOrder = (fields: readonly PairField[]) =>
    fields.flatMap((field) => columns[field] ?? []).sort((left, right) => left.index - right.index);
  return {
    pairings,
    rich,
    directed: asked !== undefined,
    needed: inOrder([...needed]),
    checked: inOrder(rich ? [...needed, ...carriedFields] : [...needed]),
    columns,
    header: names,
  };
}

/** @throws `invalid-option` for a field that there is not */
export function checkColumnMap(map: Readonly<Record<string, string>>): void {
  for (const field of Object.keys(map)) {
    if (pairFields.some((one) => one === field)) continue;
    throw new DatasetError(
      'invalid-option',
      `Expected a column map for ${pairFields.join(', ')}, got '${field}'; name one of these.`,
      { field, known: pairFields },
    );
  }
}

/** The founding name, unless the table speaks the rich one's language. */
function preferred(wanted: readonly string[], names: readonly string[]): string {
  const rich = names.some((name) => /^(question|answer)_/.test(name));
  return (rich ? wanted[0] : wanted.at(-1)) ?? '';
}

function missing(field: PairField, wanted: readonly string[], names: readonly string[]): string {
  const squeeze = (name: string) => name.toLowerCase().replaceAll(/[\s_-]+|s$/g, '');
  const near = names.find((name) => wanted.some((one) => squeeze(one) === squeeze(name)));
  const shown = names.slice(0, 12).map((name) => JSON.stringify(name));
  const list = names.length > 12 ? `${shown.join(', ')}, … (${names.length} columns)` : shown.join(', ');
  const remedy =
    near === undefined
      ? `rename one, or map it with --column ${field}=NAME`
      : `did you mean --column ${field}=${JSON.stringify(near)}?`;
  return `Expected a column ${wanted.map((one) => JSON.stringify(one)).join(' or ')}, got ${list}; ${remedy}`.replace(
    /([^?])$/,
    '$1.',
  );
}
