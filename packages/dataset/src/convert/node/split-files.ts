import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatasetError } from '../../error.js';
import type { Format, ReadFormatOptions } from '../../format/format.js';
import { formatNamed, formatOfName } from '../../format/formats.js';
import { jsonLines } from '../../json/json-lines.js';
import { type OpenOptions, openSources } from '../../node/open-source.js';
import { describePlace, type Problem } from '../../sample/problem.js';
import type { Sample } from '../../sample/sample.js';
import type { ByteSource } from '../../source/byte-source.js';
import type { FileDigest, Lineage, OutputDigest } from '../../write/lineage.js';
import { digested } from '../../write/node/digest.js';
import { packageVersion } from '../../write/node/package-version.js';
import { writeFile } from '../../write/node/write-file.js';
import { Tallier } from '../../write/tally.js';
import { ImageGroups, imageName } from '../image-groups.js';

/** What keeps samples together. */
export type SplitKey = 'image' | 'id' | 'source' | 'split';

export interface SplitOptions extends OpenOptions, Pick<ReadFormatOptions, 'boxes' | 'encoding' | 'pairing'> {
  /** Files or patterns; they are read more than once, so no pipe. */
  readonly inputs: readonly string[];
  /** Name of a format, read and written. Default: by the first input's name. */
  readonly format?: string | undefined;
  /** Folder of the outputs, `NAME.EXTENSION` each. */
  readonly folder: string;
  /** Shares by name, `{ train: 0.9, val: 0.1 }`; divided by their sum. Not for `by: 'split'`. */
  readonly parts?: Readonly<Record<string, number>> | undefined;
  /** Default: `image`, so that no image is in two parts, in whatever language. */
  readonly by?: SplitKey | undefined;
  readonly seed?: number | undefined;
  /** Rows with problems are left out and counted, and are no failure. Default: false. */
  readonly skipBad?: boolean | undefined;
  readonly onProblem?: ((problem: Problem) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Formats whose rows are lines that can go to a part as they are. */
const lineFormats: ReadonlySet<string> = new Set(['internvl', 'openai', 'samples']);

/**
 * Splits files into parts. Where a sample goes depends on its key and the seed alone, not on the other rows or their
 * order, so that a grown data set keeps its split. Rows of line formats are written as they stand.
 *
 * @returns the lineage; `options.leaks` counts images that are in more than one part, 0 for `by: 'image'`
 * @throws `rows-invalid`, `invalid-option`, what readers and writers throw
 */
export async function splitFiles(options: SplitOptions): Promise<Lineage> {
  const { inputs, folder, by = 'image', seed = 0, skipBad = false, onProblem, signal } = options;
  const [first = ''] = inputs;
  const format = options.format === undefined ? formatOfName(first) : formatNamed(options.format);
  if (format?.read === undefined || format.write === undefined) {
    throw new DatasetError(
      'invalid-option',
      `Expected --format with a format that is read and written, as the name ${first} tells none; name one.`,
      { file: first },
    );
  }
  const sources = (await openSources(inputs, options)).map(digested);
  const pipe = sources.find(({ source }) => !source.seekable);
  if (pipe !== undefined) {
    throw new DatasetError(
      'invalid-option',
      `Expected files that can be read twice, got ${pipe.source.name}; save it first.`,
      { file: pipe.source.name },
    );
  }
  // First pass: what is wrong, which images hang together, which splits there are.
  const groups = new ImageGroups();
  const stated = new Set<string>();
  const problems: Problem[] = [];
  let errors = 0;
  const tallier = new Tallier();
  for await (const { sample, problems: found } of rows(format, sources, options)) {
    for (const problem of found) {
      tallier.problem(problem);
      if (problem.severity === 'error') errors++;
      if (problems.length < 100) problems.push(problem);
      onProblem?.(problem);
    }
    if (sample === undefined) continue;
    tallier.add(sample);
    if (by === 'image') groups.join(sample.images);
    if (by === 'split') stated.add(sample.split ?? 'none');
  }
  if (errors > 0 && !skipBad) {
    const [worst] = problems.filter(({ severity }) => severity === 'error');
    throw new DatasetError(
      'rows-invalid',
      `Expected every row of ${inputs.join(', ')} to be whole, got ${errors} problems; mend them, or leave the rows out with --skip-bad (option skipBad). The first: ${worst === undefined ? '' : `${describePlace(worst.place)}: ${worst.message}`}`,
      { inputs, errors, problems },
    );
  }
  const shares = by === 'split' ? undefined : sharesOf(options.parts);
  const names = shares === undefined ? [...stated].sort() : shares.map(({ name }) => name);
  const partOf = (sample: Sample): string => {
    if (shares === undefined) return sample.split ?? 'none';
    const key = by === 'image' ? groups.keyOf(sample.images) : by === 'source' ? sample.source : undefined;
    return chosenPart(key === undefined ? `id:${sample.id}` : `${by}:${key}`, seed, shares);
  };
  const seen = new Map<string, string>();
  const leaking = new Set<string>();
  const outputs: OutputDigest[] = [];
  for (const name of names) {
    const path = join(folder, `${name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}${format.extensions[0] ?? ''}`);
    let count = 0;
    const mine = async function* (): AsyncGenerator<
      { readonly sample: Sample; readonly text: string },
      void,
      undefined
    > {
      for await (const { sample, text = '' } of rows(format, sources, options)) {
        if (sample === undefined || partOf(sample) !== name) continue;
        count++;
        if (by !== 'image') noteImages(sample, name, seen, leaking);
        yield { sample, text };
      }
    };
    const digest = await writeFile(path, piecesOf(format, mine()), { signal });
    outputs.push({ ...digest, samples: count });
  }
  const digests: FileDigest[] = [];
  for (const source of sources) digests.push(await source.digest(signal));
  return {
    format: 'internvl-dataset-lineage/1',
    tool: { name: '@internvl/dataset', version: await packageVersion() },
    step: 'split',
    options: { format: format.name, by, parts: { ...options.parts }, skipBad, leaks: leaking.size },
    seed,
    inputs: digests,
    outputs,
    counts: tallier.tally,
  };
}

interface Row {
  readonly sample?: Sample | undefined;
  readonly text?: string | undefined;
  readonly problems: readonly Problem[];
}

/** Rows that are whole, with their text where the format's rows are lines. */
async function* rows(
  format: Format,
  sources: readonly { readonly source: ByteSource }[],
  options: SplitOptions,
): AsyncGenerator<Row, void, undefined> {
  for (const { source } of sources) {
    const lines = lineFormats.has(format.name) ? jsonLines(source, { signal: options.signal }) : undefined;
    try {
      for await (const { sample, problems } of format.read?.(source, options) ?? []) {
        // Both readers give one row for each line that is not blank.
        const line = await lines?.next();
        const text = line === undefined || line.done ? undefined : line.value.text;
        const whole = !problems.some(({ severity }) => severity === 'error');
        yield { sample: whole ? sample : undefined, text, problems };
      }
    } finally {
      await lines?.return();
    }
  }
}

async function* piecesOf(
  format: Format,
  mine: AsyncIterable<{ readonly sample: Sample; readonly text: string }>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (lineFormats.has(format.name)) {
    const encoder = new TextEncoder();
    for await (const { text } of mine) yield encoder.encode(`${text}\n`);
    return;
  }
  const samples = async function* () {
    for await (const { sample } of mine) yield sample;
  };
  yield* format.write?.(samples()) ?? [];
}

function noteImages(sample: Sample, part: string, seen: Map<string, string>, leaking: Set<string>): void {
  for (const image of sample.images) {
    const name = imageName(image);
    if (name === undefined) continue;
    const before = seen.get(name);
    if (before === undefined) seen.set(name, part);
    else if (before !== part) leaking.add(name);
  }
}

function sharesOf(
  parts: SplitOptions['parts'] = { train: 0.9, val: 0.1 },
): readonly { readonly name: string; readonly upTo: number }[] {
  const entries = Object.entries(parts);
  const total = entries.reduce((sum, [, share]) => sum + share, 0);
  if (entries.length === 0 || !entries.every(([, share]) => share >= 0) || !(total > 0)) {
    throw new DatasetError(
      'invalid-option',
      `Expected parts with shares of 0 or more, got ${JSON.stringify(parts)}; write train=0.9,val=0.1.`,
      { parts },
    );
  }
  let upTo = 0;
  return entries.map(([name, share]) => {
    upTo += share / total;
    return { name, upTo };
  });
}

function chosenPart(
  key: string,
  seed: number,
  shares: readonly { readonly name: string; readonly upTo: number }[],
): string {
  const at = createHash('sha256').update(`${seed}\n${key}`).digest().readUInt32BE() / 2 ** 32;
  return (shares.find(({ upTo }) => at < upTo) ?? shares.at(-1))?.name ?? '';
}
