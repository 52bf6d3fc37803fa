import type { Facts, FindingSink } from '../rules/finding.js';
import type { RuleCode } from '../rules/rule-table.js';
import type { ProblemInput } from '../rules/validate-options.js';
import type { Place } from '../sample/problem.js';
import type { Reading } from '../sample/reading.js';
import type { Sample } from '../sample/sample.js';
import { comparePair } from './compare-pair.js';
import { type PairBy, pairKeys } from './pair-key.js';

/** Rows of one file. */
export interface PairSide {
  readonly file: string;
  readonly readings: AsyncIterable<Reading>;
}

/** What was paired, for the caller to tell. */
export interface PairCounts {
  pairs: number;
  /** Pairs by the languages they declare: `en-zh`. */
  directions: Record<string, number>;
}

/**
 * What is wrong between two files that hold the same rows in two languages, as inputs for `validate`. The second file is held in
 * memory; rows that a reader could not make are left to the validation of that file.
 *
 * @param counts filled while the loop runs
 */
export async function* pairProblems(
  first: PairSide,
  second: PairSide,
  {
    by = 'id',
    counts = { pairs: 0, directions: {} },
  }: { readonly by?: PairBy; readonly counts?: PairCounts } = {},
): AsyncGenerator<ProblemInput, void, undefined> {
  const partners = new Map<string, { readonly sample: Sample; readonly line: number; used: boolean }>();
  const keyOfSecond = pairKeys(by, 'second');
  for await (const { sample, place } of second.readings) {
    const key = sample && keyOfSecond(sample);
    if (sample === undefined || key === undefined) continue;
    const line = lineOf(place);
    const known = partners.get(key);
    if (known !== undefined) {
      yield problem(
        second.file,
        line,
        'pair-ambiguous',
        `Expected a key of its own, ${key} is that of line ${known.line}.`,
        { key },
      );
      continue;
    }
    partners.set(key, { sample, line, used: false });
  }
  const keyOfFirst = pairKeys(by, 'first');
  for await (const { sample, place } of first.readings) {
    if (sample === undefined) continue;
    const line = lineOf(place);
    const key = keyOfFirst(sample);
    const partner = key === undefined ? undefined : partners.get(key);
    if (partner === undefined) {
      yield problem(
        first.file,
        line,
        'pair-missing',
        `Expected a partner in ${second.file}, there is none.`,
        { id: sample.id },
      );
      continue;
    }
    if (partner.used) {
      yield problem(
        first.file,
        line,
        'pair-ambiguous',
        `Expected a partner of its own, line ${partner.line} of ${second.file} has one.`,
        {
          id: sample.id,
        },
      );
      continue;
    }
    partner.used = true;
    counts.pairs++;
    const direction = `${sample.lang ?? '?'}-${partner.sample.lang ?? '?'}`;
    counts.directions[direction] = (counts.directions[direction] ?? 0) + 1;
    const found: ProblemInput[] = [];
    const sink: FindingSink = {
      add(code, pointer, message, excerpt, facts = {}) {
        const other = { partner: `${second.file}:${partner.line}` };
        found.push({
          problem: { code, file: first.file, line, pointer, message, excerpt, facts: { ...facts, ...other } },
        });
      },
    };
    comparePair(sample, partner.sample, sink);
    yield* found;
  }
  for (const { sample, line, used } of partners.values()) {
    if (!used) {
      yield problem(
        second.file,
        line,
        'pair-missing',
        `Expected a partner in ${first.file}, there is none.`,
        { id: sample.id },
      );
    }
  }
}

/** Line of a text file, row of any other. */
export function lineOf({ line, row }: Place): number {
  return line ?? row ?? 0;
}

function problem(file: string, line: number, code: RuleCode, message: string, facts: Facts): ProblemInput {
  return { problem: { code, file, line, pointer: '', message, excerpt: '', facts } };
}
