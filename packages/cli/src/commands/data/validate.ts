import { readFile } from 'node:fs/promises';
import {
  describeFinding,
  describeSummary,
  type Finding,
  formatNamed,
  formats,
  isRuleCode,
  type JsonValue,
  leakageProblems,
  type PairBy,
  type PairCounts,
  pairProblems,
  type RuleCode,
  readAlignment,
  readInternvlRow,
  repairable,
  ruleTable,
  Tallier,
  type Tally,
  type ValidateInput,
  type ValidateMode,
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
import { budgetOf, budgetOptions } from '../../input/budget.js';
import { globalOptions, streamingOption } from '../../options/common-options.js';
import { usageError } from '../../options/usage-error.js';
import { table } from '../../terminal/help.js';
import { checkReports, writeReports } from './report-file.js';
import { writeLineage } from './rows.js';

const options = {
  root: {
    type: 'string',
    value: 'DIR',
    help: "Folder of the images. Default: the file's own folder; a meta file says its own.",
  },
  images: {
    type: 'string',
    value: 'decode|header|exists|none',
    help: 'How closely image files are looked at. Default: decode, which finds damage.',
  },
  format: {
    type: 'string',
    value: 'NAME',
    help: `Format of the files: ${[...formats.keys()].join(', ')}. Default: by the name; .jsonl is internvl.`,
  },
  lang: {
    type: 'string',
    value: 'TAG',
    help: 'Language of the answers of rows without lang: zh, en, zh-Hant, …',
  },
  mode: {
    type: 'string',
    value: 'strict|quarantine|repair',
    help: 'strict reports. quarantine writes sound rows to --out and the others to --quarantine. repair mends what --fix lists first. Default: strict.',
  },
  out: {
    type: 'string',
    value: 'FILE',
    help: 'Where sound and repaired rows go, byte for byte unless repaired.',
  },
  quarantine: {
    type: 'string',
    value: 'FILE',
    help: 'Where rows with errors go, as {"file","line","codes","text"} per line (and "base64" where it is not UTF-8). Default: the name of --out with .bad.jsonl.',
  },
  fix: {
    type: 'string',
    value: 'LIST',
    help: `Rules that may be mended, or all: ${repairable.join(', ')}.`,
  },
  pair: {
    type: 'string',
    value: 'FILE',
    help: 'The same rows in another language: images, turns, boxes, numbers, options and kinds of answers have to agree.',
  },
  'pair-by': {
    type: 'string',
    value: 'id|image|FILE.json',
    help: 'How rows find their partners: by id, by image and order, or by a list {"id here": "id there"}. Default: id.',
  },
  eval: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'Evaluation data that must not be in FILE: the same image, or the same question and answer, in any language.',
  },
  'max-errors': { type: 'string', value: 'N', help: 'Stop after this many errors. Default: 0, no limit.' },
  'per-rule': {
    type: 'string',
    value: 'N',
    help: 'Findings of each rule that are given in full; the others are counted. Default: 1000.',
  },
  'max-line-bytes': { type: 'string', value: 'N', help: 'Longest line that is read. Default: 16777216.' },
  report: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'Write the report as well: FILE.html, FILE.jsonl or FILE.txt. May be given several times.',
  },
  rules: { type: 'boolean', help: 'Print the rules with their codes, and end.' },
  ...budgetOptions,
  ...globalOptions,
  ...streamingOption,
} as const;

/** Findings in the text on the terminal; a report file has all. */
const SHOWN = 200;

export const validate = defineCommand({
  usage: 'data validate FILE… [--root DIR] [--model MODEL] [--mode quarantine --out FILE]',
  summary:
    'Holds training rows against every rule and says what is wrong, where, and how to mend it. FILE is InternVL JSON Lines or a meta file (.json); also a pattern, an address or - for standard input, also gzip or zstd. Ends with status 1 where errors are left, or rows were set apart.',
  options,
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

/** Counts the rows that are written, for their lineage. */
function rowTallier(): { add(text: string, file: string, line: number): void; tally(): Tally } {
  const tallier = new Tallier();
  return {
    add(text, file, line) {
      const { sample } = readInternvlRow(JSON.parse(text.replace(/^\ufeff/, '')), { file, line });
      if (sample !== undefined) tallier.add(sample);
    },
    tally: () => tallier.tally,
  };
}

/** @throws `usage` for --pair-by without --pair; what reading and parsing an alignment file throws */
async function pairByOf(text: string | undefined, pairFile: string | undefined): Promise<PairBy> {
  if (text === undefined) return 'id';
  if (pairFile === undefined)
    throw usageError('Expected --pair with --pair-by, got none; name the file with the partners.');
  if (text === 'id' || text === 'image') return text;
  return readAlignment(parseJson(await readFile(text, 'utf8'), text), text);
}

function parseJson(text: string, file: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(
      `Expected --pair-by as id, image or a JSON file, got ${file}, which is no JSON; mend it.`,
      { file },
    );
  }
}

function fixesOf(list: string | undefined, mode: ValidateMode): readonly RuleCode[] {
  if (mode !== 'repair') {
    if (list === undefined) return [];
    throw usageError(
      'Expected --fix with --mode repair, got another mode; add --mode repair or leave --fix out.',
    );
  }
  if (list === undefined) {
    throw usageError(
      `Expected --fix with what may be mended, got none; list rules of ${repairable.join(', ')}, or write all.`,
    );
  }
  if (list === 'all') return repairable;
  return list.split(',').map((name) => {
    const code = name.trim();
    if (isRuleCode(code) && repairable.includes(code)) return code;
    throw usageError(`Expected --fix with rules of ${repairable.join(', ')}, got '${code}'; leave it out.`, {
      value: code,
      choices: repairable,
    });
  });
}

function outputsOf(mode: ValidateMode, out: string | undefined, quarantine: string | undefined) {
  if (mode === 'strict') {
    if (out === undefined && quarantine === undefined) return undefined;
    throw usageError(
      'Expected --mode quarantine or repair with --out and --quarantine, got strict; strict writes no rows.',
    );
  }
  if (out === undefined)
    throw usageError(`Expected --out FILE with --mode ${mode}, got none; name the file for good rows.`);
  return { out, quarantine: quarantine ?? `${out.replace(/\.jsonl$/i, '')}.bad.jsonl` };
}
