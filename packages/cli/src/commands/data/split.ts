import { join } from 'node:path';
import { formats, pairings } from '@internvl/dataset';
import { splitFiles } from '@internvl/dataset/node';
import { defineCommand } from '../../command.js';
import { globalOptions, streamingOption } from '../../options/common-options.js';
import { parseNumber } from '../../options/options.js';
import { usageError } from '../../options/usage-error.js';
import { lineageWords, tellProblem, writeLineage } from './rows.js';
import { pairingOf } from './table-options.js';

const options = {
  out: { type: 'string', value: 'DIR', help: 'Folder of the parts.' },
  parts: { type: 'string', value: 'LIST', help: 'Names and shares. Default: train=0.9,val=0.1.' },
  by: {
    type: 'string',
    value: 'image|id|source|split',
    help: "What stays together: an image's samples (default), a source's, each sample for itself; or what the rows say themselves.",
  },
  seed: { type: 'string', value: 'N', help: 'Default: 0.' },
  format: {
    type: 'string',
    value: 'FORMAT',
    help: `Of input and parts: ${[...formats.keys()].join(', ')}. Default: by the name.`,
  },
  encoding: { type: 'string', value: 'NAME', help: 'Of tables: gb18030, utf-16, … Default: UTF-8.' },
  pairing: { type: 'string', value: 'LIST', help: `Of tables: ${pairings.join(',')}. Default: en-zh.` },
  'skip-bad': { type: 'boolean', help: 'Leave out rows with a problem, and say how many.' },
  ...globalOptions,
  ...streamingOption,
} as const;

export const split = defineCommand({
  usage: 'data split FILE… --out DIR [--parts train=0.9,val=0.1] [--by image|id|source|split] [--seed N]',
  summary:
    'Splits data into parts. An image is in one part only, whatever its samples’ languages. Where a sample goes depends on its image and the seed alone, so a grown data set keeps its split.',
  options,
  async run({ options, positionals, output, signal }) {
    const folder = options.text('out');
    if (positionals.length === 0 || folder === undefined) {
      throw usageError(
        `Expected FILE… and --out, got ${folder === undefined ? 'no --out' : 'no FILE'}; write internvl data split FILE --out DIR.`,
      );
    }
    const lineage = await splitFiles({
      inputs: positionals,
      folder,
      format: options.text('format'),
      parts: partsOf(options.text('parts')),
      by: options.choice('by', ['image', 'id', 'source', 'split']),
      seed: options.number('seed', { least: 0, whole: true }),
      encoding: options.text('encoding'),
      pairing: pairingOf(options.text('pairing')),
      skipBad: options.flag('skip-bad'),
      signal,
      onProblem: (problem) => tellProblem(problem, output),
    });
    const leaks = Number(lineage.options.leaks);
    if (leaks > 0) output.note(`${leaks} images are in more than one part; --by image keeps them together.`);
    const files = await writeLineage(lineage, join(folder, 'split'), undefined, signal);
    output.result({ ...lineage, files }, lineageWords(lineage, files));
    return 0;
  },
});

function partsOf(text: string | undefined): Record<string, number> | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    text.split(',').map((piece) => {
      const [name = '', share, ...more] = piece.split('=').map((word) => word.trim());
      if (name === '' || share === undefined || more.length > 0) {
        throw usageError(`Expected --parts as NAME=SHARE, got '${piece}'; write train=0.9,val=0.1.`, {
          value: text,
        });
      }
      return [name, parseNumber('--parts', share, { least: 0 })];
    }),
  );
}
