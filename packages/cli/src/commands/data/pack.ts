import { dirname, resolve } from 'node:path';
import {
  type BestFitOptions,
  DatasetError,
  type ImageRef,
  internvl,
  packBestFit,
  packCounter,
  packFirstFit,
  packItems,
  type Sample,
  Tallier,
} from '@internvl/dataset';
import { derivedLineage, imageFolder, LineFile, openSources } from '@internvl/dataset/node';
import { defineCommand } from '../../command.js';
import { budgetOf, budgetOptions } from '../../input/budget.js';
import { globalOptions, streamingOption } from '../../options/common-options.js';
import { usageError } from '../../options/usage-error.js';
import { tellProblem, writeLineage } from './rows.js';

const options = {
  ...budgetOptions,
  'max-tokens': { type: 'string', value: 'N', help: 'Tokens of one pack. Default: 16384.' },
  'pack-tiles': { type: 'string', value: 'N', help: 'Tiles of one pack. Default: 48.' },
  out: {
    type: 'string',
    value: 'FILE.jsonl',
    help: 'Where packs go, one JSON object per line. Without it they are only counted.',
  },
  root: {
    type: 'string',
    value: 'DIR',
    help: "Folder of images that declare no size. Default: the file's own folder.",
  },
  packer: {
    type: 'string',
    value: 'best-fit|first-fit',
    help: 'best-fit fills packs better; first-fit is what the reference does. Default: best-fit.',
  },
  'open-packs': { type: 'string', value: 'N', help: 'Packs that wait for more at a time. Default: 20.' },
  'look-ahead': {
    type: 'string',
    value: 'N',
    help: 'Samples that best-fit looks at together. Default: 512.',
  },
  loss: {
    type: 'string',
    value: 'token|sample|square',
    help: 'Weight of a token among n trained of its sample: 1, 1/n or 1/√n. Default: square.',
  },
  'skip-bad': {
    type: 'boolean',
    help: 'Leave out rows that can’t be used or fit no pack, and say how many.',
  },
  ...globalOptions,
  ...streamingOption,
} as const;

export const pack = defineCommand({
  usage: 'data pack FILE… --model MODEL [--out FILE.jsonl] [--packer best-fit] [--max-tokens N]',
  summary:
    'Tokenizes InternVL rows with a model’s tokenizer and template, masks what is not trained, and packs them into training sequences: ids, labels, cu_seqlens, positions and loss weights. Samples are never cut.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    if (positionals.length === 0)
      throw usageError('Expected at least one FILE, got none; write internvl data pack FILE --model MODEL.');
    const budget = await budgetOf(options, surroundings, output);
    if (budget === undefined)
      throw usageError('Expected --model MODEL, whose tokenizer counts, got none; name one, or nano.');
    const skipBad = options.flag('skip-bad');
    const root = options.text('root');
    const limits = {
      maxTokens: options.number('max-tokens', { least: 1, whole: true }) ?? 16_384,
      maxTiles: options.number('pack-tiles', { least: 1, whole: true }) ?? 48,
    };
    let bad = 0;
    const tallier = new Tallier();
    const inputs: string[] = [];
    const refuse = (line: string): void => {
      bad++;
      output.note(line);
    };
    const readRows = async function* (): AsyncGenerator<Sample, void, undefined> {
      for (const source of await openSources(positionals, { stdin: surroundings.stdin, signal })) {
        inputs.push(source.name);
        for await (const { sample, problems } of internvl.read!(source, { signal })) {
          for (const problem of problems) {
            tellProblem(problem, output);
            tallier.problem(problem);
          }
          if (sample) yield { ...sample, meta: { ...sample.meta, file: source.name } };
          else bad++;
        }
      }
    };
    const folders = new Map<string, ReturnType<typeof imageFolder>>();
    const sizeIn = (folder: string) => async (image: ImageRef) => {
      const images = folders.get(folder) ?? imageFolder(folder, { depth: 'header' });
      folders.set(folder, images);
      const { size } =
        image.path === undefined ? { size: undefined } : await images.inspect(image.path, signal);
      if (size) return size;
      throw new DatasetError(
        'image-size-unknown',
        `Expected the size of ${image.path ?? image.url ?? 'an image'}, got none: it declares no width and height and can't be read under ${folder}; add them, or give --root.`,
        { image: image.path ?? image.url },
      );
    };
    const items = async function* () {
      for await (const sample of readRows()) {
        const folder = resolve(root ?? dirname(String(sample.meta?.file ?? '.')));
        try {
          yield* packItems([sample], { ...budget, sizeOf: sizeIn(folder), signal });
          tallier.add(sample);
        } catch (error) {
          signal.throwIfAborted();
          if (!DatasetError.is(error)) throw error;
          refuse(`sample ${sample.id}: ${error.message} [${error.code}]`);
        }
      }
    };
    const packOptions: BestFitOptions = {
      ...limits,
      openPacks: options.number('open-packs', { least: 0, whole: true }),
      lookAhead: options.number('look-ahead', { least: 1, whole: true }),
      lossReduction: options.choice('loss', ['token', 'sample', 'square']),
      signal,
      onTooLarge: ({ id, ids, tiles }) =>
        refuse(
          `sample ${id}: Expected at most ${limits.maxTokens} tokens and ${limits.maxTiles} tiles, got ${ids.length} and ${tiles}; allow it fewer tiles. [sample-too-large]`,
        ),
    };
    const packer = options.choice('packer', ['best-fit', 'first-fit']) ?? 'best-fit';
    const packs =
      packer === 'best-fit' ? packBestFit(items(), packOptions) : packFirstFit(items(), packOptions);
    const out = options.text('out');
    const lines = out === undefined ? undefined : await LineFile.open(resolve(out));
    const counter = packCounter(limits);
    try {
      for await (const made of packs) {
        counter.count(made);
        output.progress('packing', counter.statistics().samples, 0);
        const { cuSeqlens, sampleIndex, lossWeights, ...rest } = made;
        const row = { ...rest, cu_seqlens: cuSeqlens, sample_index: sampleIndex, loss_weights: lossWeights };
        output.event(row);
        await lines?.write(JSON.stringify(row));
      }
      if (bad === 0 || skipBad) await lines?.finish();
    } finally {
      await lines?.discard();
    }
    const statistics = counter.statistics();
    const done = bad === 0 || skipBad;
    if (out !== undefined && done) {
      const lineage = await derivedLineage({
        step: 'pack',
        options: { packer, ...limits, model: options.text('model') ?? '', template: budget.template.name },
        inputs: inputs.filter((name) => name !== '-'),
        outputs: [{ path: resolve(out), samples: statistics.packs }],
        counts: tallier.tally,
        signal,
      });
      await writeLineage(lineage, resolve(out), undefined, signal);
    }
    output.result(
      { ...statistics, packer, ...limits, bad, ...(out !== undefined && done && { out: resolve(out) }) },
      [
        `${statistics.samples} samples in ${statistics.packs} packs: ${(100 * statistics.tokenUtilisation).toFixed(1)} % of the tokens, ${(100 * statistics.tileUtilisation).toFixed(1)} % of the tiles`,
        ...(bad > 0
          ? [
              `${bad} rows ${skipBad ? 'left out' : 'can’t be packed; nothing was written. --skip-bad leaves them out'}`,
            ]
          : []),
        '',
      ].join('\n'),
    );
    return done ? 0 : 1;
  },
});
