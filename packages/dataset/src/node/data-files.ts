import { dirname, resolve } from 'node:path';
import { DatasetError } from '../error.js';
import type { Format, ReadFormatOptions } from '../format/format.js';
import { formatOfName } from '../format/formats.js';
import { internvl } from '../format/internvl.js';
import { llava } from '../format/llava.js';
import { readMeta } from '../format/meta.js';
import type { Reading } from '../sample/reading.js';
import type { ByteSource } from '../source/byte-source.js';
import { readAll } from '../source/read-range.js';
import { besideOrHere } from './beside-or-here.js';
import { type OpenOptions, openSource, openSources } from './open-source.js';

/** A data set on disk or behind an address, ready to be read. */
export interface OpenDataFile {
  /** Name in a meta file, or the file. */
  readonly name: string;
  readonly file: string;
  readonly format: Format;
  readonly source: ByteSource;
  /** Folder of its images, absolute. */
  readonly root: string;
  /** `repeat_time` of a meta file; 1. */
  readonly repeat: number;
  /** Rows, from the start each time they are asked for. */
  readonly readings: AsyncIterable<Reading>;
}

export interface DataFileOptions extends OpenOptions {
  /** Of all files. Default: by the name; a `.json` list is `llava`, an object an InternVL meta file. */
  readonly format?: Format | undefined;
  /** Folder of the images. Default: the file's own; a meta file says its own. */
  readonly root?: string | undefined;
  readonly read?: Omit<ReadFormatOptions, 'signal'> | undefined;
}

const META_BYTES = 1 << 24;

/**
 * The data sets that names stand for: files of any format that is read, and those an InternVL meta file lists.
 *
 * @throws `file-missing`, `file-unusable`, `meta-invalid`, `format-unknown`
 */
export async function* dataFiles(
  names: readonly string[],
  options: DataFileOptions = {},
): AsyncGenerator<OpenDataFile, void, undefined> {
  for (const source of await openSources(names, options)) {
    if (
      options.format === undefined &&
      /\.json$/i.test(source.name) &&
      (await firstCharacter(source, options.signal)) === '{'
    ) {
      yield* metaFiles(source, options);
    } else yield dataFile(source, source.name, options.root ?? folderOf(source.name), 1, options);
  }
}

function dataFile(
  source: ByteSource,
  name: string,
  root: string,
  repeat: number,
  options: DataFileOptions,
): OpenDataFile {
  const format =
    options.format ?? formatOfName(source.name) ?? (/\.json$/i.test(source.name) ? llava : internvl);
  const { read } = format;
  if (read === undefined) {
    throw new DatasetError(
      'format-unknown',
      `Expected a format that is read, got ${format.name}; name another.`,
      {
        format: format.name,
      },
    );
  }
  const { signal } = options;
  return {
    name,
    file: source.name,
    format,
    source,
    root: resolve(root),
    repeat,
    readings: { [Symbol.asyncIterator]: () => read(source, { ...options.read, signal }) },
  };
}

async function* metaFiles(
  source: ByteSource,
  options: DataFileOptions,
): AsyncGenerator<OpenDataFile, void, undefined> {
  const bytes = await readAll(source, { mostBytes: META_BYTES, signal: options.signal });
  const { entries, problems } = readMeta(new TextDecoder().decode(bytes), source.name);
  const [problem] = problems;
  if (problem !== undefined) {
    throw new DatasetError('meta-invalid', `${source.name}: ${problem.message}`, {
      file: source.name,
      pointer: problem.place.pointer,
    });
  }
  const folder = folderOf(source.name);
  for (const [name, { annotation, root, repeat_time: repeat = 1 }] of entries) {
    const opened = await openSource(besideOrHere(annotation, folder), options);
    yield dataFile(opened, name, options.root ?? besideOrHere(root, folder), repeat, options);
  }
}

async function firstCharacter(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  for await (const piece of source.stream({ signal })) {
    const text = new TextDecoder().decode(piece.subarray(0, 1024)).trimStart();
    if (text !== '') return text[0];
  }
  return undefined;
}

function folderOf(name: string): string {
  return name === '-' || /^[a-z][a-z\d+.-]+:\/\//i.test(name) ? '.' : dirname(name);
}
