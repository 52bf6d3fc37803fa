import {
  type CleanRow,
  type CleanSummary,
  chineseConverter,
  clean as cleanRows,
  EvaluationImages,
  EvaluationText,
  formatNamed,
  formats,
  ImageClusters,
  jsonLines,
  type Reading,
  readInternvlRow,
  sampleText,
  Tallier,
  writeInternvlRow,
} from '@internvl/dataset';
import { dataFiles, derivedLineage, imageLooks, LineFile, type OpenDataFile } from '@internvl/dataset/node';
import { defineCommand } from '../../command.js';
import { globalOptions, streamingOption } from '../../options/common-options.js';
import { usageError } from '../../options/usage-error.js';
import { tellProblem, writeLineage } from './rows.js';

const options = {
  out: {
    type: 'string',
    value: 'FILE',
    help: 'Where kept rows go, as InternVL JSON Lines; rows of such files byte for byte.',
  },
  removed: {
    type: 'string',
    value: 'FILE',
    help: 'Where the others go, with why: {"file","line","code","message","facts","text"}. Default: the name of --out with .removed.jsonl.',
  },
  root: {
    type: 'string',
    value: 'DIR',
    help: "Folder of the images. Default: the file's own; a meta file says its own.",
  },
  format: {
    type: 'string',
    value: 'NAME',
    help: `Format of the files: ${[...formats.keys()].join(', ')}. Default: by the name.`,
  },
  'no-exact': {
    type: 'boolean',
    help: 'Keep exact duplicates: rows whose images and words have been there before.',
  },
  near: {
    type: 'string',
    value: 'SHARE',
    help: 'Take near duplicates out: rows that share so many n-grams with one before, 0.8 for instance.',
  },
  scope: {
    type: 'string',
    value: 'row|text',
    help: 'row: duplicates have the same images. text: words alone decide. Default: row.',
  },
  images: {
    type: 'boolean',
    help: 'Images that look alike (perceptual hash) count as one; clusters are reported.',
  },
  distance: {
    type: 'string',
    value: 'N',
    help: 'Bits of 64 in which images that look alike may differ, 0 to 7. Default: 6.',
  },
  against: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'Evaluation data; rows that share 13 words (or Chinese characters) with it go, with --images those whose image looks like one of it.',
  },
  'against-root': {
    type: 'string',
    value: 'DIR',
    help: "Folder of the evaluation data's images. Default: the file's own.",
  },
  repetition: {
    type: 'string',
    value: 'own|internvl',
    help: 'Take answers out that repeat themselves. own sees Chinese; internvl is the measure of its loader.',
  },
  threshold: {
    type: 'string',
    value: 'SHARE',
    help: 'Share of repeated n-grams that is too much. Default: 0.4.',
  },
  'personal-data': {
    type: 'string',
    value: 'report|redact|drop',
    help: 'Telephone numbers, e-mail addresses, Chinese identity numbers: say so, replace them, or take the row out.',
  },
  chinese: {
    type: 'string',
    value: 'simplified|traditional',
    help: 'Write Chinese with these characters (with the package opencc-js).',
  },
  ...globalOptions,
  ...streamingOption,
} as const;

export const clean = defineCommand({
  usage:
    'data clean FILE… --out FILE [--near 0.8] [--images] [--against EVAL] [--repetition own] [--personal-data redact]',
  summary:
    'Takes rows out that should not be trained on and says why of each: duplicates, near duplicates, evaluation data, answers that repeat themselves, personal data. The first of duplicates stays.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const out = options.text('out');
    if (positionals.length === 0 || out === undefined) {
      throw usageError(
        `Expected FILE… and --out, got ${positionals.length === 0 ? 'no FILE' : 'no --out'}; write internvl data clean FILE --out FILE.`,
      );
    }
    const removed = options.text('removed') ?? `${out.replace(/\.jsonl$/i, '')}.removed.jsonl`;
    const named = options.text('format');
    const format = named === undefined ? undefined : formatNamed(named);
    const threshold = options.number('near', { least: 0, most: 1 });
    const distance = options.number('distance', { least: 0, most: 7, whole: true }) ?? 6;
    const looks = new Map<string, ReturnType<typeof imageLooks>>();
    const lookIn = (root: string): ReturnType<typeof imageLooks> => {
      const known = looks.get(root) ?? imageLooks(root);
      looks.set(root, known);
      return known;
    };
    const repetition = options.choice('repetition', ['own', 'internvl']);
    const personalData = options.choice('personal-data', ['report', 'redact', 'drop']);
    const chinese = options.choice('chinese', ['simplified', 'traditional']);
    const convert =
      chinese === undefined
        ? undefined
        : await chineseConverter(chinese === 'simplified' ? 'traditional' : 'simplified', chinese);
    const against = options.texts('against');
    let root = '';
    const hashOf = async (image: Parameters<ReturnType<typeof imageLooks>>[0]) =>
      (await lookIn(root)(image))?.hash;
    const evaluationText = new EvaluationText();
    const evaluationImages = new EvaluationImages(hashOf, distance);
    for await (const file of dataFiles(against, { root: options.text('against-root'), format, signal })) {
      root = file.root;
      for await (const { sample, place } of file.readings) {
        if (sample === undefined) continue;
        const name = `${file.file}:${place.line ?? place.row ?? 0}`;
        for (const line of sampleText(sample).split('\n')) evaluationText.add(line, name);
        if (options.flag('images'))
          for (const image of sample.images) await evaluationImages.add(image, name);
      }
    }
    const clusters = new ImageClusters((image) => lookIn(root)(image), distance);
    const files: OpenDataFile[] = [];
    for await (const file of dataFiles(positionals, {
      root: options.text('root'),
      format,
      stdin: surroundings.stdin,
      signal,
    })) {
      files.push(file);
    }

    let text: string | undefined;
    async function* readings(): AsyncGenerator<Reading, void, undefined> {
      for (const file of files) {
        root = file.root;
        let rows = 0;
        for await (const row of rowsOf(file, signal)) {
          text = row.text;
          if (++rows % 1000 === 0) output.progress(`cleaning ${file.file}`, rows, 0);
          yield row.reading;
        }
      }
    }
    const run = cleanRows(readings(), {
      exact: !options.flag('no-exact'),
      near: threshold !== undefined && { threshold },
      scope: options.choice('scope', ['row', 'text']),
      ...(options.flag('images') && { imageKey: clusters.key }),
      ...(against.length > 0 && { evaluationText }),
      ...(against.length > 0 && options.flag('images') && { evaluationImages }),
      repetition,
      repetitionThreshold: options.number('threshold', { least: 0, most: 1 }),
      personalData,
      convert,
      signal,
    });
    const tally = new Tallier();
    const [kept, gone] = [await LineFile.open(out), await LineFile.open(removed)];
    let summary: CleanSummary | undefined;
    try {
      while (summary === undefined) {
        const { done, value } = await run.next();
        if (done) {
          summary = value;
          continue;
        }
        for (const problem of value.problems) {
          tally.problem(problem);
          tellProblem(problem, output);
        }
        if (value.verdicts.length > 0) output.event(eventOf(value));
        if (!value.kept) {
          await gone.write(JSON.stringify({ ...eventOf(value), text: text ?? lineOf(value) }));
          continue;
        }
        if (value.sample !== undefined) tally.add(value.sample);
        await kept.write(value.changed || text === undefined ? lineOf(value) : text);
      }
      await kept.finish();
      await gone.finish();
    } finally {
      await kept.discard();
      await gone.discard();
    }
    const lineage = await derivedLineage({
      step: 'clean',
      options: {
        exact: !options.flag('no-exact'),
        images: options.flag('images'),
        ...Object.fromEntries(asked.flatMap((name) => [[name, options.text(name) ?? null]])),
      },
      inputs: [...files.map(({ file }) => file), ...against].filter(
        (file) => file !== '-' && !/^[a-z\d]+:\/\//i.test(file),
      ),
      outputs: [
        { path: out, samples: summary.kept },
        { path: removed, samples: summary.rows - summary.kept },
      ],
      counts: tally.tally,
      signal,
    });
    const written = await writeLineage(lineage, out, undefined, signal);
    const imageClusters = clusters.clusters();
    output.result(
      {
        ...summary,
        out,
        removedTo: removed,
        ...(options.flag('images') && { imageClusters }),
        files: written,
      },
      describe(summary, out, removed, imageClusters.length),
    );
    return summary.removed.unreadable === undefined ? 0 : 1;
  },
});

/** Options that make the result what it is. */
const asked = [
  'near',
  'scope',
  'distance',
  'repetition',
  'threshold',
  'personal-data',
  'chinese',
  'format',
] as const;

/** Rows of JSON Lines with their text, so that what is kept stays as it is; others without. */
async function* rowsOf(
  { format, source, readings }: OpenDataFile,
  signal: AbortSignal,
): AsyncGenerator<{ readonly reading: Reading; readonly text: string | undefined }, void, undefined> {
  if (format.name !== 'internvl') {
    for await (const reading of readings) yield { reading, text: undefined };
    return;
  }
  for await (const { place, value, text, problems } of jsonLines(source, { signal })) {
    const reading = problems.length > 0 ? { place, problems } : readInternvlRow(value, place);
    yield { reading, text };
  }
}

function eventOf({ place, kept, verdicts }: CleanRow) {
  const { file, line, row } = place;
  return { file, line: line ?? row ?? 0, kept, ...verdicts[0] };
}

function lineOf({ sample }: CleanRow): string {
  return JSON.stringify((sample && writeInternvlRow(sample)) ?? null);
}

function describe(summary: CleanSummary, out: string, removed: string, clusters: number): string {
  const { rows, kept, changed, removed: reasons, personalData } = summary;
  const number = (value: number): string => value.toLocaleString('en');
  return [
    `${number(kept)} of ${number(rows)} rows kept${changed > 0 ? `, ${number(changed)} changed` : ''}`,
    ...Object.entries(reasons).map(([code, count]) => `  ${number(count).padStart(9)}  ${code}`),
    ...Object.entries(personalData).map(([kind, count]) => `  ${number(count).padStart(9)}  found: ${kind}`),
    ...(clusters > 0 ? [`${number(clusters)} groups of images that look alike`] : []),
    `wrote ${out} and ${removed}`,
  ].join('\n');
}
