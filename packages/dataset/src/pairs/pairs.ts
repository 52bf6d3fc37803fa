import { DatasetError } from '../error.js';
import { describePlace, type Problem } from '../sample/problem.js';
import { type Input, sourceOf } from '../source/input.js';
import type { DirectedPair, Pair, PairsSummary } from './pair.js';
import type { Pairing } from './pair-fields.js';
import { type PairRowOptions, pairRows } from './pair-rows.js';

export interface PairsOptions extends PairRowOptions {
  /** What messages call the input. Default: its own name. */
  readonly name?: string | undefined;
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
  const { pairing, skipBad = false, onProblem, name } = options;
  const source = sourceOf(input, name);
  const file = source.name;
  const reported: Problem[] = [];
  let errors = 0;
  const report = (problem: Problem) => {
    if (problem.severity === 'error') errors++;
    if (reported.length < MOST_FACTS) reported.push(problem);
    onProblem?.(problem);
  };

  let rows = 0;
  let given = 0;
  let skipped = 0;
  const counts: Partial<Record<Pairing, { pairs: number; without: number }>> = {};
  for (const one of pairing ?? (['en-zh'] as const)) counts[one] = { pairs: 0, without: 0 };
  for await (const batch of pairRows(source, options, report)) {
    for (const { problems, pairs: found, without } of batch) {
      rows++;
      for (const problem of problems) report(problem);
      if (problems.length > 0) skipped++;
      for (const one of without) {
        const count = counts[one];
        if (count !== undefined) count.without++;
      }
      for (const { pairing: one, pair } of found) {
        const count = counts[one];
        if (count !== undefined) count.pairs++;
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
