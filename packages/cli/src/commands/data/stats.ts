import {
  describeStatistics,
  formatNamed,
  formats,
  latinLanguages,
  statistics,
  statisticsHtml,
} from '@internvl/dataset';
import { dataFiles, imageSizes } from '@internvl/dataset/node';
import { defineCommand } from '../../command.js';
import { budgetOf, budgetOptions } from '../../input/budget.js';
import { globalOptions } from '../../options/common-options.js';
import { parseNumber } from '../../options/options.js';
import { usageError } from '../../options/usage-error.js';
import { checkReports, writeReports } from './report-file.js';

const options = {
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
  'no-images': {
    type: 'boolean',
    help: 'Take declared sizes alone; by default files tell what rows do not declare.',
  },
  'tile-limits': {
    type: 'string',
    value: 'LIST',
    help: 'Tile limits to make histograms for. Default: 1,6,12,24,40.',
  },
  top: { type: 'string', value: 'N', help: 'Most frequent short answers to list. Default: 20.' },
  languages: { type: 'boolean', help: 'Tell languages of one script apart (with the package eld).' },
  report: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'Write FILE.html (with charts), FILE.json or FILE.txt as well.',
  },
  ...budgetOptions,
  ...globalOptions,
} as const;

export const stats = defineCommand({
  usage: 'data stats FILE… [--model MODEL] [--report FILE.html]',
  summary:
    'Counts what data sets hold, for each data set and each language: rows, images, tiles under several limits, tokens and what is over budget (with --model), answer lengths and the answers that come most, the mixture of a meta file.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    if (positionals.length === 0)
      throw usageError('Expected at least one FILE, got none; write internvl data stats FILE.');
    const reports = options.texts('report');
    checkReports(reports, ['html', 'json', 'txt']);
    const named = options.text('format');
    const limits = options
      .text('tile-limits')
      ?.split(',')
      .map((text) => parseNumber('--tile-limits', text, { least: 1, most: 40, whole: true }));
    const budget = await budgetOf(options, surroundings, output);
    const files = dataFiles(positionals, {
      root: options.text('root'),
      format: named === undefined ? undefined : formatNamed(named),
      stdin: surroundings.stdin,
      signal,
    });
    const found = await statistics(files, {
      budget,
      tileLimits: limits,
      top: options.number('top', { least: 0, whole: true }),
      ...(!options.flag('no-images') && { imageSize: imageSizes() }),
      ...(options.flag('languages') && { identify: await latinLanguages() }),
      signal,
      onProgress: ({ file, rows }) => output.progress(`counting ${file}`, rows, 0),
    });
    await writeReports(
      reports,
      {
        html: () => statisticsHtml(found),
        json: () => `${JSON.stringify(found, undefined, 2)}\n`,
        txt: () => `${describeStatistics(found)}\n`,
      },
      signal,
    );
    output.result({ ...found, ...(reports.length > 0 && { reports }) }, describeStatistics(found));
    return 0;
  },
});
