import { DatasetError } from '../error.js';
import { describePlace, type Problem } from '../sample/problem.js';
import { type Input, sourceOf } from '../source/input.js';
import { type TableOptions, tableRows } from '../table/table-rows.js';
import type { TableRow } from '../table/table-splitter.js';
import type { DirectedPair, Pair, PairsSummary } from './pair.js';
import { checkColumnMap, knownHeaders, type PairColumns, pairColumns } from './pair-columns.js';
import { carriedFields, directions, type PairField, type Pairing, pairings } from './pair-fields.js';
import { isEmpty, pairRowProblems } from './pair-row-problems.js';

export interface PairsOptions extends TableOptions {
  /** What messages call the input. Default: its own name. */
  readonly name?: string | undefined;
  /** Header names of fields that go by other names: `{ question_en: 'Frage' }`. */
  readonly columns?: Readonly<Partial<Record<PairField, string>>> | undefined;
  /** Directions to give for each row, in this order. Default: English question, Chinese answer. */
  readonly pairing?: readonly Pairing[] | undefined;
  /** Rows with a problem are dropped and counted, and are no failure at the end. Default: false. */
  readonly skipBad?: boolean | undefined;
  /** Told of every problem as it is found, in file order. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

/** How many problems the error at the end holds. */
const MOST_FACTS = 100;

/**
 * The question and answer pairs of a table, in file order, as they are read: a data set is
 * `for await (const { english_question, chinese_answer } of pairs(file))`. Texts are given as they stand in the cells.
 *
 * The table has the columns `English Questions` and `Chinese Answers`, or `question_en` and `answer_zh` with any of
 * `id,image,question_zh,answer_en,task,source,split,license`, or others that `columns` maps. UTF-8; `,` `;` tab and `|`
 * as separators; quotes, line breaks in quotes, CRLF and byte order marks as spreadsheets write them. Memory is bounded.
 *
 * A row that can't be a pair is told to `onProblem` and not given. When all rows were read and some were such, the
 * generator throws `rows-invalid` (with `skipBad` it does not). Problems: `cell-empty`, `cell-missing`, `row-too-wide`,
 * `text-damaged`, `character-nul`, `quote-unclosed`, `quote-misplaced`, `cell-too-long`.
 *
 * @returns the counts, as the generator's return value
 * @throws `table-unusable` (columns missing or double), `table-empty`, `encoding-other`, `encoding-mismatch`,
 *   `file-no-text`, `rows-invalid`, `invalid-option`; `signal.reason` when aborted
 */
export function pairs(
  input: Input,
  options: PairsOptions & { readonly pairing: readonly Pairing[] },
): AsyncGenerator<DirectedPair, PairsSummary, undefined>;
export function pairs(
  input: Input,
  options?: PairsOptions & { readonly pairing?: undefined },
): AsyncGenerator<Pair, PairsSummary, undefined>;
export function pairs(
  input: Input,
  options?: PairsOptions,
): AsyncGenerator<Pair | DirectedPair, PairsSummary, undefined>;
export async function* pairs(
  input: Input,
  options: PairsOptions = {},
): AsyncGenerator<Pair | DirectedPair, PairsSummary, undefined> {
  const { columns: map = {}, pairing, skipBad = false, onProblem, name } = options;
  checkColumnMap(map);
  checkPairing(pairing);
  const source = sourceOf(input, name);
  const file = source.name;
  const reported: Problem[] = [];
  let errors = 0;
  const report = (problem: Problem) => {
    if (problem.severity === 'error') errors++;
    if (reported.length < MOST_FACTS) reported.push(problem);
    onProblem?.(problem);
  };

  let columns: PairColumns | undefined;
  let rows = 0;
  let given = 0;
  let skipped = 0;
  const counts: Partial<Record<Pairing, { pairs: number; without: number }>> = {};
  for await (const batch of tableRows(source, options, knownHeaders(map))) {
    for (const row of batch) {
      if (columns === undefined) {
        const found = pairColumns(row, file, map, pairing);
        if (!('columns' in found)) {
          for (const problem of found) report(problem);
          throw unusable(file, found);
        }
        columns = found;
        for (const one of columns.pairings) counts[one] = { pairs: 0, without: 0 };
        continue;
      }
      rows++;
      const problems = pairRowProblems(row, file, columns);
      for (const problem of problems) report(problem);
      if (problems.length > 0) {
        skipped++;
        continue;
      }
      for (const one of columns.pairings) {
        const count = counts[one];
        const pair = pairOf(row, one, columns);
        if (count !== undefined) count[pair === undefined ? 'without' : 'pairs']++;
        if (pair === undefined) continue;
        given++;
        yield pair;
      }
    }
  }
  if (rows === 0) {
    report({
      code: 'rows-none',
      severity: 'warning',
      message: 'Expected rows below the header, got none; is it the right file?',
      place: { file },
    });
  }
  if (errors > 0 && !skipBad) {
    const [first] = reported.filter(({ severity }) => severity === 'error');
    throw new DatasetError(
      'rows-invalid',
      `Expected a pair in each of the ${rows} rows of ${file}, got ${skipped} with ${errors} problems; mend them, or leave them out with --skip-bad (option skipBad). The first: ${first === undefined ? '' : `${describePlace(first.place)}: ${first.message}`}`,
      { file, rows, pairs: given, skipped, errors, problems: reported },
    );
  }
  return { rows, pairs: given, skipped, errors, directions: counts };
}

function checkPairing(pairing: readonly Pairing[] | undefined): void {
  if (pairing === undefined) return;
  const wrong = pairing.find((one) => !pairings.includes(one));
  if (wrong === undefined && pairing.length > 0 && new Set(pairing).size === pairing.length) return;
  throw new DatasetError(
    'invalid-option',
    `Expected pairing as some of ${pairings.join(', ')}, each once, got ${pairing.length === 0 ? 'none' : pairing.join(', ')}; name those you want.`,
    { pairing },
  );
}

function unusable(file: string, problems: readonly Problem[]): DatasetError {
  const [only] = problems;
  return new DatasetError(
    'table-unusable',
    problems.length === 1 && only !== undefined
      ? `${describePlace(only.place)}: ${only.message}`
      : `Expected a table of pairs in ${file}, got a header with ${problems.length} problems: ${problems.map(({ message }) => message).join(' ')}`,
    { file, problems },
  );
}

function pairOf(
  { cells }: TableRow,
  pairing: Pairing,
  { columns, rich, directed }: PairColumns,
): Pair | DirectedPair | undefined {
  const { question, answer } = directions[pairing];
  const from = columns[question]?.index;
  const to = columns[answer]?.index;
  if (isEmpty(cells, from) || isEmpty(cells, to)) return undefined;
  const asks = cells[from ?? -1] ?? '';
  const says = cells[to ?? -1] ?? '';
  const facts = rich ? factsOf(cells, columns) : {};
  if (!directed) return { english_question: asks, chinese_answer: says, ...facts };
  switch (pairing) {
    case 'en-zh':
      return { english_question: asks, chinese_answer: says, pairing, ...facts };
    case 'en-en':
      return { english_question: asks, english_answer: says, pairing, ...facts };
    case 'zh-zh':
      return { chinese_question: asks, chinese_answer: says, pairing, ...facts };
    case 'zh-en':
      return { chinese_question: asks, english_answer: says, pairing, ...facts };
  }
}

function factsOf(
  cells: readonly string[],
  columns: PairColumns['columns'],
): Record<string, string | readonly string[]> {
  const facts: Record<string, string | readonly string[]> = {};
  for (const field of carriedFields) {
    const column = columns[field];
    const cell = column === undefined ? '' : (cells[column.index] ?? '').trim();
    if (cell === '') continue;
    const list =
      field === 'image'
        ? cell
            .split(';')
            .map((one) => one.trim())
            .filter((one) => one !== '')
        : [cell];
    facts[field] = list.length === 1 ? (list[0] ?? cell) : list;
  }
  return facts;
}
