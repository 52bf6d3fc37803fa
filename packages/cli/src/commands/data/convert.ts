import { formats, pairings } from '@internvl/dataset';
import { convertFiles } from '@internvl/dataset/node';
import { defineCommand } from '../../command.js';
import { globalOptions, streamingOption } from '../../options/common-options.js';
import { usageError } from '../../options/usage-error.js';
import { lineageWords, tellProblem, writeLineage } from './rows.js';
import { columnsOf, pairingOf, separatorOf } from './table-options.js';

const names = [...formats.keys()].join(', ');
const conventions = ['thousandths', 'fractions', 'pixels', 'pixels-xywh'] as const;

const options = {
  from: {
    type: 'string',
    value: 'FORMAT',
    help: `Of the inputs: ${names}. Default: by the first one's name.`,
  },
  to: { type: 'string', value: 'FORMAT', help: "Of the output. Default: by --out's name." },
  out: {
    type: 'string',
    value: 'FILE',
    help: 'Where to write; .gz and .zst pack it, s3://bucket/key uploads it.',
  },
  annotations: { type: 'string', value: 'FILE', help: 'Answers beside a file of questions (VQAv2).' },
  root: {
    type: 'string',
    value: 'DIR',
    help: 'What image paths are relative to. Default: the folder of the first input.',
  },
  images: { type: 'string', value: 'DIR', help: 'Write images that come as bytes to files of this folder.' },
  'no-embed': {
    type: 'boolean',
    help: 'Leave images out of formats that could hold them; their paths stay.',
  },
  'box-from': {
    type: 'string',
    value: conventions.join('|'),
    help: 'How box numbers in the input are meant. Default: what each row shows, which is stated.',
  },
  'box-to': {
    type: 'string',
    value: 'CONVENTION',
    help: 'How to write boxes. Default: as they are, fractions for llava.',
  },
  rounding: { type: 'string', value: 'round|truncate', help: 'Of boxes as whole numbers. Default: round.' },
  'shard-samples': {
    type: 'string',
    value: 'N',
    help: 'Most samples of one file; --out then has %06d in it.',
  },
  'shard-bytes': {
    type: 'string',
    value: 'N',
    help: 'Begin another file at this size; --out then has %06d in it.',
  },
  lang: { type: 'string', value: 'TAG', help: 'Language of samples that do not say: en, zh, …' },
  encoding: { type: 'string', value: 'NAME', help: 'Of tables: gb18030, utf-16, … Default: UTF-8.' },
  separator: {
    type: 'string',
    value: 'C',
    help: 'Of tables: one character, or tab. Default: what the header shows.',
  },
  column: {
    type: 'string',
    multiple: true,
    value: 'FIELD=NAME',
    help: 'Of tables: where a field goes by another name.',
  },
  pairing: { type: 'string', value: 'LIST', help: `Of tables: ${pairings.join(',')}. Default: en-zh.` },
  'skip-bad': { type: 'boolean', help: 'Leave out rows with a problem, and say how many.' },
  card: {
    type: 'string',
    value: 'NAME',
    help: 'Also write a data card (Markdown) and Croissant (JSON-LD) under this name.',
  },
  description: { type: 'string', value: 'TEXT', help: 'For the card.' },
  license: { type: 'string', value: 'SPDX', help: 'For the card: CC-BY-4.0, MIT, …' },
  ...globalOptions,
  ...streamingOption,
} as const;

export const convert = defineCommand({
  usage: 'data convert FILE… --out FILE [--from FORMAT] [--to FORMAT]',
  summary:
    'Converts data from one format to another, as a stream, with a lineage manifest beside the output. FILE may be a path, a pattern, an http(s) or s3 address, or - for standard input, plain, gzip or zstd. Every problem is told; with any, nothing is written unless --skip-bad.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const out = options.text('out');
    if (positionals.length === 0 || out === undefined) {
      throw usageError(
        `Expected FILE… and --out, got ${out === undefined ? 'no --out' : 'no FILE'}; write internvl data convert FILE --out FILE.`,
      );
    }
    const convention = options.choice('box-to', conventions);
    const rounding = options.choice('rounding', ['round', 'truncate']);
    const format = options.text('to');
    const lineage = await convertFiles({
      inputs: positionals,
      out,
      from: options.text('from'),
      to: format,
      annotations: options.text('annotations'),
      root: options.text('root'),
      images: options.text('images'),
      embed: !options.flag('no-embed'),
      boxes: options.choice('box-from', conventions),
      ...((convention !== undefined || rounding !== undefined) && { boxStyle: { convention, rounding } }),
      shardSamples: options.number('shard-samples', { least: 1, whole: true }),
      shardBytes: options.number('shard-bytes', { least: 1, whole: true }),
      lang: options.text('lang'),
      encoding: options.text('encoding'),
      separator: separatorOf(options.text('separator')),
      columns: columnsOf(options.texts('column')),
      pairing: pairingOf(options.text('pairing')),
      skipBad: options.flag('skip-bad'),
      stdin: surroundings.stdin,
      signal,
      onProblem: (problem) => tellProblem(problem, output),
      onProgress: ({ file, samples }) => output.progress(`${file} (${samples} samples)`, samples, samples),
    });
    const name = options.text('card');
    const card =
      name === undefined
        ? undefined
        : {
            name,
            description: options.text('description'),
            license: options.text('license'),
            fileFormat: String(lineage.options.to),
          };
    const files = await writeLineage(lineage, out.replace(/-?%0?\d*d/, ''), card, signal);
    output.result({ ...lineage, files }, lineageWords(lineage, files));
    return 0;
  },
});
