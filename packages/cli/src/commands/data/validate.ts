import {
  describeFinding,
  describeSummary,
  type Finding,
  formatNamed,
  latinLanguages,
  leakageProblems,
  type PairCounts,
  pairProblems,
  ruleTable,
  type ValidateInput,
  type ValidateSummary,
  validate as validateRows,
  validationHtml,
} from '@internvl/dataset';
import {
  dataFiles,
  derivedLineage,
  type ImageFolderOptions,
  imageDigests,
  LineFile,
  validateInputs,
} from '@internvl/dataset/node';
import { defineCommand } from '../../command.js';
import { budgetOf } from '../../input/budget.js';
import { usageError } from '../../options/usage-error.js';
import { table } from '../../terminal/help.js';
import { checkReports, writeReports } from './report-file.js';
import { writeLineage } from './rows.js';
import { fixesOf, outputsOf, pairByOf, rowTallier, validateOptions } from './validate-options.js';

/** Findings in the text on the terminal; a report file has all. */
const SHOWN = 200;

export const validate = defineCommand({
  usage: 'data validate FILE… [--root DIR] [--model MODEL] [--mode quarantine --out FILE]',
  summary:
    'Holds training rows against every rule and says what is wrong, where, and how to mend it. FILE is InternVL JSON Lines or a meta file (.json); also a pattern, an address or - for standard input, also gzip or zstd. Ends with status 1 where errors are left, or rows were set apart.',
  options: validateOptions,
  async run({ options, positionals, surroundings, output, signal }) {
    if (options.flag('rules')) {
      const rules = Object.entries(ruleTable);
      output.result(
        { rules: rules.map(([code, rule]) => ({ code, ...rule })) },
        table(rules.map(([code, { severity, what }]) => [code, `${severity}: ${what}`] as const)),
      );
      return 0;
    }
    if (positionals.length === 0) {
      throw usageError('Expected at least one FILE, got none; write internvl data validate FILE.');
    }
    const mode = options.choice('mode', ['strict', 'quarantine', 'repair']) ?? 'strict';
    const fixes = fixesOf(options.text('fix'), mode);
    const outputs = outputsOf(mode, options.text('out'), options.text('quarantine'));
    const reports = options.texts('report');
    checkReports(reports, ['html', 'jsonl', 'txt']);
    const root = options.text('root');
    const depth = options.choice('images', ['decode', 'header', 'exists', 'none']) ?? 'decode';
    const images: ImageFolderOptions | false = depth === 'none' ? false : { depth };
    const budget = await budgetOf(options, surroundings, output);
    const specialTokens = budget && [
      ...budget.tokenizer.addedTokens.filter(({ special }) => special).map(({ content }) => content),
      ...budget.tokenizer.reservedPieces,
    ];
    const named = options.text('format');
    const format = named === undefined ? undefined : formatNamed(named);
    const read = { root, format, stdin: surroundings.stdin, signal };
    const counts: PairCounts = { pairs: 0, directions: {} };
    const pairFile = options.text('pair');
    const pairBy = await pairByOf(options.text('pair-by'), pairFile);
    const evaluation = options.texts('eval');
    const rows = validateInputs(positionals, { root, images, format, stdin: surroundings.stdin, signal });
    async function* inputs(): AsyncGenerator<ValidateInput, void, undefined> {
      yield* rows;
      if (pairFile === undefined && evaluation.length === 0) return;
      for await (const file of dataFiles(positionals, read)) {
        if (pairFile !== undefined) {
          for await (const partner of dataFiles([pairFile], read))
            yield* pairProblems(file, partner, { by: pairBy, counts });
        }
        for await (const held of dataFiles(evaluation, read)) {
          const keys =
            images === false
              ? {}
              : { imageKey: imageDigests(file.root), evaluationKey: imageDigests(held.root) };
          yield* leakageProblems(file, held, keys);
        }
      }
    }
    const run = validateRows(inputs(), {
      mode,
      fixes,
      budget,
      specialTokens,
      language: options.text('lang'),
      identify: options.flag('languages') ? await latinLanguages() : undefined,
      maxErrors: options.number('max-errors', { least: 0, whole: true }),
      perRule: options.number('per-rule', { least: 0, whole: true }),
      maxLineBytes: options.number('max-line-bytes', { least: 1, whole: true }),
      signal,
      onProgress: ({ file, loaded, total }) =>
        output.progress(`validating ${file}`, loaded, total ?? 0, 'bytes'),
    });
    const findings: Finding[] = [];
    let given = 0;
    const tallier = rowTallier();
    const sound = outputs && (await LineFile.open(outputs.out));
    const bad = outputs && (await LineFile.open(outputs.quarantine));
    let summary: ValidateSummary | undefined;
    try {
      while (summary === undefined) {
        const { done, value } = await run.next();
        if (done) summary = value;
        else if (value.type === 'finding') {
          given++;
          output.event(value.finding);
          if (output.format !== 'jsonl' || reports.length > 0) findings.push(value.finding);
          if (given <= SHOWN) output.text(`${describeFinding(value.finding)}\n`);
        } else {
          const { file, line, state, text, raw, cut, codes } = value;
          await (state === 'bad'
            ? bad?.write(
                JSON.stringify({
                  file,
                  line,
                  codes,
                  text,
                  ...(raw && { base64: Buffer.from(raw).toString('base64') }),
                  cut,
                }),
              )
            : sound?.write(text));
        }
      }
      await sound?.finish();
      await bad?.finish();
    } finally {
      await sound?.discard();
      await bad?.discard();
    }
    const whole = summary;
    await writeReports(
      reports,
      {
        html: () => validationHtml(whole, findings),
        jsonl: () => `${[...findings, { summary: whole }].map((line) => JSON.stringify(line)).join('\n')}\n`,
        txt: () => `${[...findings.map(describeFinding), describeSummary(whole)].join('\n')}\n`,
      },
      signal,
    );
    const { counts: broken, ...totals } = summary;
    const lineage =
      outputs &&
      (await derivedLineage({
        step: 'validate',
        options: { mode, fixes },
        inputs: summary.files
          .map(({ file }) => file)
          .filter((file) => file !== '-' && !/^[a-z\d]+:\/\//i.test(file)),
        outputs: [
          { path: outputs.out, samples: summary.rows - summary.badRows },
          { path: outputs.quarantine, samples: summary.badRows },
        ],
        counts: tallier.tally(),
        signal,
      }));
    const written = outputs && lineage && (await writeLineage(lineage, outputs.out, undefined, signal));
    const listed = Object.values(broken).reduce((sum, count) => sum + count, 0);
    const document = {
      ...totals,
      counts: broken,
      findings: output.format === 'json' ? findings : undefined,
      omitted: listed - given,
      ...(outputs && { out: outputs.out, quarantine: outputs.quarantine, lineage: written }),
      ...(pairFile !== undefined && { pairs: counts }),
      ...(reports.length > 0 && { reports }),
    };
    const more = given > SHOWN ? `… ${given - SHOWN} more; --report FILE.html has them\n` : '';
    output.result(
      output.format === 'jsonl' ? { summary: document } : document,
      `${more}${describeSummary(summary)}`,
    );
    return summary.ok ? 0 : 1;
  },
});
