import { type DirectedPair, type Pair, type PairsSummary, type Problem, pairings } from '@internvl/dataset';
import { openSource, pairs as pairsOf } from '@internvl/dataset/node';
import { defineCommand } from '../../command.js';
import { globalOptions, streamingOption } from '../../options/common-options.js';
import { usageError } from '../../options/usage-error.js';
import { describeError } from '../../report-error.js';
import { LineWriter } from '../../terminal/line-writer.js';
import { problemLine } from './rows.js';
import { columnsOf, pairingOf, separatorOf } from './table-options.js';

const options = {
  encoding: {
    type: 'string',
    value: 'NAME',
    help: 'gb18030, utf-16, big5, … Default: UTF-8, and an error that names what the file is instead.',
  },
  separator: {
    type: 'string',
    value: 'C',
    help: 'One character, or tab. Default: what the header shows, of , ; tab and |.',
  },
  column: {
    type: 'string',
    multiple: true,
    value: 'FIELD=NAME',
    help: 'Where a field goes by another name: question_en="Frage". Fields: question_en, answer_zh, question_zh, answer_en, id, image, task, source, split, license.',
  },
  pairing: {
    type: 'string',
    value: 'LIST',
    help: `Directions to give for each row: ${pairings.join(',')}. Default: en-zh.`,
  },
  'skip-bad': { type: 'boolean', help: 'Leave out rows with a problem, and say how many.' },
  ...globalOptions,
  ...streamingOption,
} as const;

export const pairs = defineCommand({
  usage: 'data pairs FILE.csv [--encoding NAME] [--pairing LIST] [--skip-bad]',
  summary:
    'Prints the question and answer pairs of a table, one JSON object per line, in file order. The table has the columns "English Questions" and "Chinese Answers", or question_en, answer_zh and their kin. FILE may be an address or - for standard input, also gzip or zstd.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) {
      const came = file === undefined ? 'none' : `also '${more.join(' ')}'`;
      throw usageError(`Expected one FILE.csv, got ${came}; write internvl data pairs FILE.csv.`);
    }
    const skipBad = options.flag('skip-bad');
    const separator = separatorOf(options.text('separator'));
    const columns = columnsOf(options.texts('column'));
    const pairing = pairingOf(options.text('pairing'));
    const source = await openSource(file, { stdin: surroundings.stdin, signal });
    const writer = new LineWriter(surroundings.stdout, signal);
    const document = output.format === 'json';
    const problems: Problem[] = [];
    let first = true;
    let summary: PairsSummary | undefined;
    let failure: unknown;
    const read = pairsOf(source, {
      encoding: options.text('encoding'),
      separator,
      columns,
      pairing,
      skipBad,
      signal,
      onProblem(problem) {
        if (document) problems.push(problem);
        if (output.format === 'jsonl') writer.write(`${JSON.stringify({ problem })}\n`);
        output.note(problemLine(problem));
      },
    });
    try {
      for (;;) {
        const next: IteratorResult<Pair | DirectedPair, PairsSummary> = await read.next();
        if (next.done) {
          summary = next.value;
          break;
        }
        const json = JSON.stringify(next.value);
        const wait = writer.write(document ? `${first ? '{"pairs":[' : ','}${json}` : `${json}\n`);
        if (wait !== undefined) await wait;
        first = false;
      }
    } catch (error) {
      signal.throwIfAborted();
      // What was begun as one document is ended as one.
      if (!document || first) {
        await writer.flush();
        throw error;
      }
      failure = error;
    } finally {
      await read.return({ rows: 0, pairs: 0, skipped: 0, errors: 0, directions: {} });
    }
    if (document) {
      const { pairs: _, ...counts } = summary ?? {};
      const end = { ...counts, problems, ...(failure !== undefined && { error: errorOf(failure) }) };
      writer.write(`${first ? '{"pairs":[' : ''}],${JSON.stringify(end).slice(1)}\n`);
    }
    await writer.flush();
    if (failure !== undefined) {
      const { code, message } = describeError(failure);
      output.note(`internvl: ${code}: ${message}`);
      return 1;
    }
    if (summary !== undefined) tell(summary, file, skipBad, (line) => output.note(line));
    return 0;
  },
});

function tell(
  { rows, pairs: given, skipped, directions }: PairsSummary,
  file: string,
  skipBad: boolean,
  note: (line: string) => void,
): void {
  for (const [direction, count] of Object.entries(directions)) {
    if (count.without > 0) {
      note(
        `${file}: ${count.without} rows have no cells for ${direction}; they gave their other directions.`,
      );
    }
  }
  if (skipBad) note(`${file}: left out ${skipped} of ${rows} rows; ${given} pairs.`);
}

function errorOf(failure: unknown): object {
  const { code, message, facts } = describeError(failure);
  return { code, message, facts };
}
