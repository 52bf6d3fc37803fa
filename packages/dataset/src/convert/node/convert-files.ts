import { dirname } from 'node:path';
import { DatasetError } from '../../error.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from '../../format/format.js';
import { formatNamed, formatOfName } from '../../format/formats.js';
import { type OpenOptions, openSource, openSources } from '../../node/open-source.js';
import type { JsonValue } from '../../sample/json.js';
import { describePlace, type Problem } from '../../sample/problem.js';
import type { Sample } from '../../sample/sample.js';
import type { FileDigest, Lineage, OutputDigest } from '../../write/lineage.js';
import { digested } from '../../write/node/digest.js';
import { packageVersion } from '../../write/node/package-version.js';
import { writeFile } from '../../write/node/write-file.js';
import { Tallier } from '../../write/tally.js';
import { imageReader, withImageFiles } from './image-files.js';

export interface ConvertOptions extends OpenOptions, Omit<ReadFormatOptions, 'annotations' | 'signal'> {
  /** Files, addresses or patterns, in this order. */
  readonly inputs: readonly string[];
  /** Name of a format. Default: by the first input's name. */
  readonly from?: string | undefined;
  /** Where the rows go; with `shardSamples` or `shardBytes` a name with `%d` or `%06d` in it. */
  readonly out: string;
  /** Name of a format. Default: by `out`. */
  readonly to?: string | undefined;
  /** File of annotations beside one of questions. */
  readonly annotations?: string | undefined;
  /** Folder that image paths are relative to, for formats that hold images. Default: that of the first input. */
  readonly root?: string | undefined;
  /** Write images that come as bytes to files of this folder; paths are then relative to it. */
  readonly images?: string | undefined;
  /** Whether a format that can hold images gets their bytes. Default: true. */
  readonly embed?: boolean | undefined;
  /** How boxes are written. */
  readonly boxStyle?: WriteFormatOptions['boxes'];
  /** Most samples of one output file. */
  readonly shardSamples?: number | undefined;
  /** Begin another output file when one has this many bytes. */
  readonly shardBytes?: number | undefined;
  /** Rows with problems are left out and counted, and are no failure. Default: false. */
  readonly skipBad?: boolean | undefined;
  readonly onProblem?: ((problem: Problem) => void) | undefined;
  readonly onProgress?: ((progress: { readonly file: string; readonly samples: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Formats that hold the bytes of images. */
const holdsImages: ReadonlySet<string> = new Set(['parquet', 'webdataset', 'vlmevalkit', 'openai']);
const MOST_FACTS = 100;

/**
 * Converts files from one format to another, row by row. Every problem is told; where there is one of severity `error`
 * and no `skipBad`, nothing is left behind and `rows-invalid` is thrown when all were read. Outputs are written whole
 * or not at all, and the lineage that comes back says what they were made of.
 *
 * @throws `rows-invalid`, `invalid-option`, what readers and writers throw; `signal.reason` when aborted
 */
export async function convertFiles(options: ConvertOptions): Promise<Lineage> {
  const { inputs, out, images, skipBad = false, embed = true, onProblem, onProgress, signal } = options;
  const [firstInput = ''] = inputs;
  const from = chosen('from', options.from, firstInput);
  const to = chosen('to', options.to, out);
  if (from.read === undefined) throw oneWay(from, 'read');
  if (to.write === undefined) throw oneWay(to, 'written');
  const { read } = from;
  const tallier = new Tallier();
  const reported: Problem[] = [];
  let errors = 0;
  const report = (problem: Problem) => {
    tallier.problem(problem);
    if (problem.severity === 'error') errors++;
    if (reported.length < MOST_FACTS) reported.push(problem);
    onProblem?.(problem);
  };
  const sources = (await openSources(inputs, options)).map(digested);
  const annotations =
    options.annotations === undefined ? undefined : digested(await openSource(options.annotations, options));
  const readImage = imageReader(
    options.root ?? (/^(-|\w+:\/\/)/.test(firstInput) ? '.' : dirname(firstInput)),
    options,
  );
  const readOptions = { ...options, annotations: annotations?.source, boxes: options.boxes };

  const samples = async function* (): AsyncGenerator<Sample, void, undefined> {
    let count = 0;
    for (const { source } of sources) {
      for await (const { sample, problems } of read(source, readOptions)) {
        for (const problem of problems) report(problem);
        if (sample === undefined) continue;
        if (problems.some(({ severity }) => severity === 'error')) continue;
        yield images === undefined || holdsImages.has(to.name)
          ? sample
          : await withImageFiles(sample, images, signal);
        if (++count % 1000 === 0) onProgress?.({ file: source.name, samples: count });
      }
    }
  };
  const write: WriteFormatOptions = {
    boxes: options.boxStyle,
    separator: options.separator,
    ...(embed && holdsImages.has(to.name) && { readImage }),
    onProblem: report,
    signal,
  };
  const outputs = await writeShards(
    samples(),
    to,
    write,
    options,
    tallier,
    () => errors === 0 || skipBad,
    (file) => {
      const [first] = reported.filter(({ severity }) => severity === 'error');
      return new DatasetError(
        'rows-invalid',
        `Expected every row of ${inputs.join(', ')} to convert, got ${errors} problems, and ${file} is not written; mend them, or leave the rows out with --skip-bad (option skipBad). The first: ${first === undefined ? '' : `${describePlace(first.place)}: ${first.message}`}`,
        { inputs, errors, problems: reported },
      );
    },
  );
  const digests: FileDigest[] = [];
  for (const source of [...sources, ...(annotations === undefined ? [] : [annotations])]) {
    digests.push(await source.digest(signal));
  }
  return {
    format: 'internvl-dataset-lineage/1',
    tool: { name: '@internvl/dataset', version: await packageVersion() },
    step: 'convert',
    options: stated(options, from, to),
    inputs: digests,
    outputs,
    counts: tallier.tally,
  };
}

async function writeShards(
  samples: AsyncGenerator<Sample, void, undefined>,
  to: Format,
  write: WriteFormatOptions,
  { out, shardSamples, shardBytes, s3, signal }: ConvertOptions,
  tallier: Tallier,
  good: () => boolean,
  failure: (file: string) => DatasetError,
): Promise<readonly OutputDigest[]> {
  const sharded = shardSamples !== undefined || shardBytes !== undefined;
  if (sharded && !/%0?\d*d/.test(out)) {
    throw new DatasetError(
      'invalid-option',
      `Expected a name with %06d for several files, got ${out}; write it so.`,
      { out },
    );
  }
  const outputs: OutputDigest[] = [];
  let next = await samples.next();
  try {
    for (let shard = 0; shard === 0 || !next.done; shard++) {
      const name = sharded
        ? out.replace(/%0?(\d*)d/, (_, width: string) => String(shard).padStart(Number(width || 0), '0'))
        : out;
      let count = 0;
      let bytes = 0;
      const some = async function* (): AsyncGenerator<Sample, void, undefined> {
        while (!next.done) {
          tallier.add(next.value);
          count++;
          yield next.value;
          next = await samples.next();
          if (
            count >= (shardSamples ?? Number.POSITIVE_INFINITY) ||
            bytes >= (shardBytes ?? Number.POSITIVE_INFINITY)
          )
            return;
        }
      };
      const pieces = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
        for await (const piece of to.write?.(some(), write) ?? []) {
          bytes += piece.length;
          yield piece;
        }
        // The last word before the name is given: nothing half right gets it.
        if (!good()) throw failure(name);
      };
      outputs.push({ ...(await writeFile(name, pieces(), { s3, signal })), samples: count });
    }
  } finally {
    await samples.return();
  }
  return outputs;
}

function chosen(which: 'from' | 'to', name: string | undefined, file: string): Format {
  if (name !== undefined) return formatNamed(name);
  const format = formatOfName(file);
  if (format !== undefined) return format;
  throw new DatasetError(
    'invalid-option',
    `Expected --${which} with a format, as the name ${file} does not tell it; name one.`,
    {
      option: which,
      file,
    },
  );
}

function oneWay({ name }: Format, way: 'read' | 'written'): DatasetError {
  return new DatasetError(
    'invalid-option',
    `Expected a format that is ${way}, got ${name}, which is not; choose another.`,
    {
      format: name,
    },
  );
}

/** The options that shape the outputs, for the lineage. */
function stated(
  {
    boxes,
    boxStyle,
    pairing,
    columns,
    encoding,
    separator,
    lang,
    embed,
    skipBad,
    shardSamples,
    shardBytes,
  }: ConvertOptions,
  from: Format,
  to: Format,
): Record<string, JsonValue> {
  const all: Record<string, JsonValue | undefined> = {
    from: from.name,
    to: to.name,
    boxes,
    boxStyle: boxStyle === undefined ? undefined : JSON.parse(JSON.stringify(boxStyle)),
    pairing,
    columns: columns === undefined || Object.keys(columns).length === 0 ? undefined : { ...columns },
    encoding,
    separator,
    lang,
    embed,
    skipBad,
    shardSamples,
    shardBytes,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}
