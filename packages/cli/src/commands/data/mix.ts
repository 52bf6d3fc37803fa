import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type MixturePlan,
  type MixtureSource,
  mixtureOrder,
  orderDigest,
  planMixture,
  readInternvlRow,
  readMeta,
  Tallier,
} from '@internvl/dataset';
import { besideOrHere, derivedLineage, LineFile, openMixture } from '@internvl/dataset/node';
import { defineCommand } from '../../command.js';
import { writeWhole } from '../../input/write-file.js';
import { globalOptions, streamingOption } from '../../options/common-options.js';
import { parseNumber } from '../../options/options.js';
import { usageError } from '../../options/usage-error.js';
import { table } from '../../terminal/help.js';
import { tellProblem, writeLineage } from './rows.js';

const options = {
  out: {
    type: 'string',
    value: 'FILE.jsonl',
    help: 'Where the rows of the mixture go. Without it only the plan is told.',
  },
  strategy: {
    type: 'string',
    value: 'repeat-time|sqrt|shares',
    help: "How often each set comes: by the meta file's repeat_time, in proportion to √rows, or in --share's. Default: repeat-time, or shares where --share is given.",
  },
  share: {
    type: 'string',
    multiple: true,
    value: 'NAME=X',
    help: "A set's share; shares are divided by their sum.",
  },
  total: {
    type: 'string',
    value: 'N',
    help: 'Rows of the mixture, for sqrt and shares. Default: as many as there are.',
  },
  seed: { type: 'string', value: 'N', help: 'Default: 0.' },
  epoch: { type: 'string', value: 'N', help: 'Each is shuffled anew. Default: 0.' },
  shards: {
    type: 'string',
    value: 'N',
    help: 'Write so many files; together they hold the same rows in the same order, dealt out one by one. Default: 1.',
  },
  ...globalOptions,
  ...streamingOption,
} as const;

export const mix = defineCommand({
  usage: 'data mix META.json [--out FILE.jsonl] [--strategy sqrt] [--share NAME=X]… [--seed N] [--shards N]',
  summary:
    "Mixes the data sets of an InternVL meta file into one file of rows, in exact shares and an order that seed and epoch alone decide. Images' paths are joined to their roots. The plan is written beside it.",
  options,
  async run({ options, positionals, output, signal }) {
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) {
      throw usageError(
        `Expected one META.json, got ${file === undefined ? 'none' : `also '${more.join(' ')}'`}; write internvl data mix META.json.`,
      );
    }
    const { entries, problems } = readMeta(await readFile(file, 'utf8'), file);
    for (const problem of problems) tellProblem(problem, output);
    if (problems.length > 0) return 1;
    const folder = dirname(file);
    const annotations = [...entries].map(([name, { annotation, root }]) => ({
      name,
      root: root === '' ? '' : besideOrHere(root, folder),
      annotation: besideOrHere(annotation, folder),
    }));
    const mixture = await openMixture(annotations, signal);
    try {
      const shares = new Map(options.texts('share').map(shareOf));
      const stranger = [...shares.keys()].find((name) => !entries.has(name));
      if (stranger !== undefined) {
        throw usageError(
          `Expected --share of ${[...entries.keys()].join(', ')}, got '${stranger}'; check the name.`,
          { value: stranger },
        );
      }
      const strategy =
        options.choice('strategy', ['repeat-time', 'sqrt', 'shares']) ??
        (shares.size > 0 ? 'shares' : 'repeat-time');
      const sources = [...entries].map(
        ([name, entry], index): MixtureSource => ({
          name,
          rows: mixture.rows[index]!,
          repeatTime: entry.repeat_time,
          share: shares.get(name) ?? (shares.size > 0 ? 0 : undefined),
        }),
      );
      const plan = planMixture(sources, {
        strategy,
        seed: options.number('seed', { whole: true }),
        total: options.number('total', { least: 0, whole: true }),
      });
      const epoch = options.number('epoch', { least: 0, whole: true }) ?? 0;
      const shards = options.number('shards', { least: 1, whole: true }) ?? 1;
      const order = orderDigest(mixtureOrder(plan, { epoch }));
      const out = options.text('out');
      const files: { path: string; samples: number }[] = [];
      const tallier = new Tallier();
      for (let shard = 0; out !== undefined && shard < shards; shard++) {
        const path = shardName(resolve(out), shard, shards);
        const lines = await LineFile.open(path);
        try {
          let samples = 0;
          for await (const { text, position, ...row } of mixture.read(plan, {
            epoch,
            shard,
            shards,
            signal,
          })) {
            output.progress('mixing', position + 1, plan.total);
            output.event({ position, ...row });
            await lines.write(text);
            samples++;
            const { sample } = readInternvlRow(JSON.parse(text), { file: path, row: position + 1 });
            if (sample) tallier.add(sample);
          }
          await lines.finish();
          files.push({ path, samples });
        } finally {
          await lines.discard();
        }
      }
      const document = { ...plan, epoch, order, files: files.map(({ path }) => path) };
      if (out !== undefined) {
        const text = `${JSON.stringify({ ...plan, epoch, order }, null, 2)}\n`;
        await writeWhole(`${resolve(out)}.plan.json`, [new TextEncoder().encode(text)], signal);
      }
      if (out !== undefined) {
        const lineage = await derivedLineage({
          step: 'mix',
          options: { strategy, epoch, shards, total: plan.total, order },
          seed: plan.seed,
          inputs: [file, ...annotations.map(({ annotation }) => annotation)],
          outputs: files,
          counts: tallier.tally,
          signal,
        });
        await writeLineage(lineage, resolve(out), undefined, signal);
      }
      output.result(document, describe(plan, order, document.files));
      return 0;
    } finally {
      await mixture.close();
    }
  },
});

function describe({ sources, total }: MixturePlan, order: string, files: readonly string[]): string {
  const rows = sources.map(
    ({ name, rows: there, count }) =>
      [name, `${count} of ${there} rows, ${total === 0 ? 0 : ((100 * count) / total).toFixed(2)} %`] as const,
  );
  return `${table(rows)}${total} rows, order ${order}\n${files.map((file) => `${file}\n`).join('')}`;
}

function shareOf(text: string): [name: string, share: number] {
  const end = text.lastIndexOf('=');
  if (end < 1)
    throw usageError(`Expected --share as NAME=X, got '${text}'; write --share ocr=0.3.`, { value: text });
  return [text.slice(0, end), parseNumber('--share', text.slice(end + 1), { least: 0 })];
}

function shardName(path: string, shard: number, shards: number): string {
  if (shards === 1) return path;
  const five = (value: number): string => String(value).padStart(5, '0');
  return `${path.replace(/\.jsonl$/i, '')}-${five(shard)}-of-${five(shards)}.jsonl`;
}
