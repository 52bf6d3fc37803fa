import { DatasetError } from '../error.js';
import { describePlace, type Place, type Problem } from '../sample/problem.js';
import type { ByteSource } from '../source/byte-source.js';
import { type TableOptions, tableRows } from '../table/table-rows.js';
import type { TableRow } from '../table/table-splitter.js';
import type { DirectedPair, Pair } from './pair.js';
import { checkColumnMap, knownHeaders, type PairColumns, pairColumns } from './pair-columns.js';
import { carriedFields, directions, type PairField, type Pairing, pairings } from './pair-fields.js';
import { isEmpty, pairRowProblems } from './pair-row-problems.js';

export interface PairRowOptions extends TableOptions {
  /** Header names of fields that go by other names: `{ question_en: 'Frage' }`. */
  readonly columns?: Readonly<Partial<Record<PairField, string>>> | undefined;
  /** Directions to give for each row, in this order. Default: English question, Chinese answer. */
  readonly pairing?: readonly Pairing[] | undefined;
}

/** A pair, and its two texts whatever they are called in it. */
export interface DirectedTexts {
  readonly pairing: Pairing;
  readonly question: string;
  readonly answer: string;
  readonly pair: Pair | DirectedPair;
}

/** What became of one row. */
export interface PairRow {
  readonly place: Place;
  /** In the order of `pairing`; none where there are problems. */
  readonly pairs: readonly DirectedTexts[];
  /** Directions that the row has no cells for, while it has for others. */
  readonly without: readonly Pairing[];
  readonly problems: readonly Problem[];
}

const none: readonly never[] = Object.freeze([]);

/**
 * The rows of a table of pairs, in batches.
 *
 * @param report told of what is wrong with the table as a whole, before the throw
 * @throws `table-unusable`, `invalid-option`, and what `tableRows` throws
 */
export async function* pairRows(
  source: ByteSource,
  options: PairRowOptions,
  report: (problem: Problem) => void = () => undefined,
): AsyncGenerator<readonly PairRow[], void, undefined> {
  const { columns: map = {}, pairing } = options;
  checkColumnMap(map);
  checkPairing(pairing);
  let columns: PairColumns | undefined;
  for await (const batch of tableRows(source, options, knownHeaders(map))) {
    const rows: PairRow[] = [];
    for (const row of batch) {
      if (columns === undefined) {
        const found = pairColumns(row, source.name, map, pairing);
        if (!('columns' in found)) {
          for (const problem of found) report(problem);
          throw unusable(source.name, found);
        }
        columns = found;
      } else rows.push(pairRow(row, source.name, columns));
    }
    if (rows.length > 0) yield rows;
  }
}

function pairRow(row: TableRow, file: string, columns: PairColumns): PairRow {
  const place = { file, row: row.row, line: row.line };
  const problems = pairRowProblems(row, file, columns);
  if (problems.length > 0) return { place, pairs: none, without: none, problems };
  const pairs: DirectedTexts[] = [];
  const without: Pairing[] = [];
  for (const one of columns.pairings) {
    const pair = pairOf(row, one, columns);
    if (pair === undefined) without.push(one);
    else pairs.push(pair);
  }
  return { place, pairs, without, problems };
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
): DirectedTexts | undefined {
  const { question: asking, answer: answering } = directions[pairing];
  const from = columns[asking]?.index;
  const to = columns[answering]?.index;
  if (isEmpty(cells, from) || isEmpty(cells, to)) return undefined;
  const question = cells[from ?? -1] ?? '';
  const answer = cells[to ?? -1] ?? '';
  const facts = rich ? factsOf(cells, columns) : {};
  const texts = { pairing, question, answer };
  if (!directed) {
    return { ...texts, pair: { english_question: question, chinese_answer: answer, ...facts } };
  }
  switch (pairing) {
    case 'en-zh':
      return { ...texts, pair: { english_question: question, chinese_answer: answer, pairing, ...facts } };
    case 'en-en':
      return { ...texts, pair: { english_question: question, english_answer: answer, pairing, ...facts } };
    case 'zh-zh':
      return { ...texts, pair: { chinese_question: question, chinese_answer: answer, pairing, ...facts } };
    case 'zh-en':
      return { ...texts, pair: { chinese_question: question, english_answer: answer, pairing, ...facts } };
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
