import { writeInternvlRow } from '../../format/internvl.js';
import { LineFile } from '../../rules/node/line-file.js';
import type { Problem } from '../../sample/problem.js';
import type { Reading } from '../../sample/reading.js';
import type { Sample } from '../../sample/sample.js';
import { Tallier, type Tally } from '../../write/tally.js';
import type { TranslateOptions, TranslationResult } from '../translate-options.js';
import { translateSamples } from '../translate-samples.js';
import type { CardCounts } from '../translation-card.js';

export interface TranslateRowsOptions extends TranslateOptions {
  /** Where translated and copied rows go, in InternVL's format, in order. */
  readonly out: string;
  /** Where rows go that could not be read, translated or written, each with its reasons. */
  readonly quarantine: string;
  /** Told of every problem that reading or writing a row met. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

export interface TranslatedRows {
  readonly counts: CardCounts;
  /** Rows that could not be read. */
  readonly unreadable: number;
  /** Rows that InternVL's format can't hold. */
  readonly unwritable: number;
  /** Of the rows in `out`, and all problems. */
  readonly tally: Tally;
}

/**
 * Translates rows from a reader into files that appear when they are whole. Every row is in one of them: nothing is
 * dropped, and the files are the same bytes in every run over the same rows and call log.
 *
 * @throws as `translateSamples`; then no file appears
 */
export async function translateRows(
  readings: AsyncIterable<Reading>,
  { out, quarantine, onProblem, ...options }: TranslateRowsOptions,
): Promise<TranslatedRows> {
  const good = await LineFile.open(out);
  const bad = await LineFile.open(quarantine);
  try {
    const tallier = new Tallier();
    const tell = (problem: Problem) => {
      tallier.problem(problem);
      onProblem?.(problem);
    };
    const rows = new RowQueue(readings, tell);
    const writer = new RowWriter(good, bad, rows, tallier, tell);
    const results = translateSamples(rows.samples(), options);
    let counts: CardCounts;
    for (;;) {
      const next = await results.next();
      if (next.done === true) {
        counts = next.value;
        break;
      }
      await writer.write(next.value);
    }
    await writer.end();
    await good.finish();
    await bad.finish();
    return { counts, unreadable: rows.unreadable, unwritable: writer.unwritable, tally: tallier.tally };
  } finally {
    await good.discard();
    await bad.discard();
  }
}

/** Rows between reading and writing: those without a sample wait for their turn. */
class RowQueue {
  unreadable = 0;
  readonly #readings: AsyncIterable<Reading>;
  readonly #onProblem: (problem: Problem) => void;
  /** In order; a good row only says where it was. */
  readonly #waiting: Reading[] = [];

  constructor(readings: AsyncIterable<Reading>, onProblem: (problem: Problem) => void) {
    this.#readings = readings;
    this.#onProblem = onProblem;
  }

  async *samples(): AsyncGenerator<Sample, void, void> {
    for await (const reading of this.#readings) {
      for (const problem of reading.problems) this.#onProblem(problem);
      this.#waiting.push(reading);
      if (reading.sample === undefined) this.unreadable++;
      else yield reading.sample;
    }
  }

  /** Bad rows before the next good one, and that one; at the end of all, bad rows alone. */
  *take(): Generator<Reading, void, void> {
    for (;;) {
      const reading = this.#waiting.shift();
      if (reading === undefined) return;
      yield reading;
      if (reading.sample !== undefined) return;
    }
  }
}

class RowWriter {
  unwritable = 0;
  readonly #good: LineFile;
  readonly #bad: LineFile;
  readonly #rows: RowQueue;
  readonly #tallier: Tallier;
  readonly #onProblem: (problem: Problem) => void;

  constructor(
    good: LineFile,
    bad: LineFile,
    rows: RowQueue,
    tallier: Tallier,
    onProblem: (problem: Problem) => void,
  ) {
    this.#good = good;
    this.#bad = bad;
    this.#rows = rows;
    this.#tallier = tallier;
    this.#onProblem = onProblem;
  }

  async write(result: TranslationResult): Promise<void> {
    for (const reading of this.#rows.take()) {
      if (reading.sample === undefined) await this.#unreadable(reading);
      else await this.#result(result, reading);
    }
  }

  async end(): Promise<void> {
    for (const reading of this.#rows.take()) await this.#unreadable(reading);
  }

  async #unreadable({ place, problems }: Reading): Promise<void> {
    await this.#bad.write(JSON.stringify({ place, problems }));
  }

  async #result(result: TranslationResult, { place }: Reading): Promise<void> {
    const problems: Problem[] = [];
    const row = writeInternvlRow(result.sample, {
      onProblem: (problem) => problems.push({ ...problem, place }),
    });
    if (result.type === 'quarantined') {
      const { failures, answer } = result;
      await this.#bad.write(
        JSON.stringify({ place, failures, ...(answer !== undefined && { answer }), row }),
      );
      return;
    }
    for (const problem of problems) this.#onProblem(problem);
    if (row === undefined) {
      this.unwritable++;
      await this.#bad.write(JSON.stringify({ place, problems }));
    } else {
      this.#tallier.add(result.sample);
      await this.#good.write(JSON.stringify(row));
    }
  }
}
