import { dirname, resolve } from 'node:path';
import { DatasetError } from '../../error.js';
import type { Format } from '../../format/format.js';
import { formatOfName } from '../../format/formats.js';
import { writeInternvlRow } from '../../format/internvl.js';
import { jsonList } from '../../json/json-list.js';
import { besideOrHere } from '../../node/beside-or-here.js';
import { type OpenOptions, openSource, openSources } from '../../node/open-source.js';
import type { Problem } from '../../sample/problem.js';
import type { ByteSource } from '../../source/byte-source.js';
import { checkMeta } from '../check-meta.js';
import { Findings } from '../findings.js';
import type { ImageInspector } from '../image-port.js';
import { parseLine } from '../parse-line.js';
import type { ProblemInput, RowsInput, SourceRow, ValidateInput } from '../validate-options.js';
import { type ImageFolderOptions, imageFolder, inspectBytes } from './image-folder.js';

export interface ValidateInputOptions extends OpenOptions {
  /** Folder of the images. Default: the folder of the file that names them; a meta file says its own. */
  readonly root?: string | undefined;
  /** Format of all files, as `formatNamed` knows it. Default: by the name; `.jsonl` is `internvl`, a `.json` list is `llava`. */
  readonly format?: Format | undefined;
  /** How image files are looked at; `false` for not at all. */
  readonly images?: ImageFolderOptions | false | undefined;
}

/** A meta file is a list of data sets, no data: more than this is none. */
const META_BYTES = 1 << 24;

/**
 * What `validate` is to look at: JSON Lines as they are, the data sets of an InternVL meta file (`.json` with an object) with
 * their roots. Files that are missing become problems, so that the others are looked at all the same.
 *
 * @param names paths, patterns, addresses, or `-`
 */
export async function* validateInputs(
  names: readonly string[],
  options: ValidateInputOptions = {},
): AsyncGenerator<ValidateInput, void, undefined> {
  for (const name of names) {
    let sources: readonly ByteSource[];
    try {
      sources = await openSources([name], options);
    } catch (error) {
      yield missing(name, error);
      continue;
    }
    for (const source of sources) {
      const kind = await kindOf(source, options.signal);
      if (kind === 'meta' && options.format === undefined) {
        yield* metaInputs(source, options);
        continue;
      }
      const images = imagesOf(options.root ?? folderOf(source.name), options);
      const format =
        options.format ?? (kind === 'other' || kind === 'archive' ? formatOfName(source.name) : undefined);
      if (format?.read !== undefined && format.name !== 'internvl' && format.name !== 'llava') {
        const content = formatInput(source, format, images, options.signal);
        yield kind === 'archive' ? { archive: source, content } : content;
        continue;
      }
      if (kind === 'archive') yield { archive: source };
      if (kind === 'lines' || kind === 'other') yield { source, ...images };
      if (kind === 'list') yield { file: source.name, rows: listRows(source, options.signal), ...images };
    }
  }
}

function imagesOf(root: string, { images = {} }: ValidateInputOptions) {
  return { root: resolve(root), ...(images !== false && { images: imageFolder(root, images) }) };
}

function folderOf(name: string): string {
  return name === '-' || /^[a-z][a-z\d+.-]+:\/\//i.test(name) ? '.' : dirname(name);
}

type Kind = 'lines' | 'list' | 'meta' | 'archive' | 'other';

/** By the name, and for `.json` by the first character: `[` a list of rows, `{` a meta file. */
async function kindOf(source: ByteSource, signal: AbortSignal | undefined): Promise<Kind> {
  const name = source.name.toLowerCase().replace(/\.(gz|zst)$/, '');
  if (name.endsWith('.tar') || name.endsWith('.tgz')) return 'archive';
  if (/\.(csv|tsv|parquet)$/.test(name) || name.endsWith('.samples.jsonl')) return 'other';
  if (!name.endsWith('.json')) return 'lines';
  try {
    for await (const piece of source.stream({ signal })) {
      const start = new TextDecoder().decode(piece.subarray(0, 1024)).trimStart();
      if (start === '') continue;
      return start.startsWith('{') ? 'meta' : start.startsWith('[') ? 'list' : 'lines';
    }
  } catch (error) {
    // Whatever it is, reading it as lines will tell.
    signal?.throwIfAborted();
    if (!DatasetError.is(error)) throw error;
  }
  return 'lines';
}

/** Elements of a LLaVA file, which are InternVL rows but for their brackets. */
async function* listRows(
  source: ByteSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceRow, void, undefined> {
  let feeds = 0;
  const counted: ByteSource = {
    ...source,
    async *stream(options) {
      for await (const piece of source.stream(options)) {
        for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) feeds++;
        yield piece;
      }
    },
  };
  for await (const { place, text, problems } of jsonList(counted, { signal, mostBytes: 1 << 24 })) {
    // A list that is cut ends where the file does.
    const cut = problems.some(({ code }) => code === 'list-cut');
    yield { line: cut ? feeds + 1 : (place.line ?? 0), text, problems };
  }
}

/** Rows of any format as InternVL rows; images that a file holds itself are looked at as bytes. */
function formatInput(
  source: ByteSource,
  format: Format,
  images: { readonly root: string; readonly images?: ImageInspector },
  signal: AbortSignal | undefined,
): RowsInput {
  const held = new Map<string, Uint8Array>();
  const inspector: ImageInspector = {
    async inspect(path, stop) {
      const bytes = held.get(path);
      if (bytes === undefined) return images.images?.inspect(path, stop) ?? { remarks: [] };
      held.delete(path);
      return inspectBytes(bytes, {}, stop);
    },
  };
  async function* rows(): AsyncGenerator<SourceRow, void, undefined> {
    for await (const { place, sample, problems } of format.read?.(source, { signal }) ?? []) {
      const line = place.line ?? place.row ?? 0;
      if (sample === undefined) {
        yield { line, problems };
        continue;
      }
      const said: Problem[] = [...problems];
      const named = sample.images.map((image, index) => {
        if (image.bytes === undefined || images.images === undefined) return image;
        const path = image.path ?? `row ${line} image ${index}`;
        held.set(path, image.bytes);
        return { ...image, path };
      });
      const row = writeInternvlRow(
        { ...sample, images: named },
        { onProblem: (problem) => said.push(problem) },
      );
      yield { line, text: row && JSON.stringify(row), problems: said };
    }
  }
  return { file: source.name, rows: rows(), root: images.root, ...(images.images && { images: inspector }) };
}

async function* metaInputs(
  source: ByteSource,
  options: ValidateInputOptions,
): AsyncGenerator<ValidateInput, void, undefined> {
  const { signal, root } = options;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of source.stream({ signal })) {
    bytes += piece.length;
    if (bytes > META_BYTES) {
      yield problem(
        source.name,
        'line-too-long',
        `Expected a meta file of at most ${META_BYTES} bytes, got more.`,
      );
      return;
    }
    pieces.push(piece.slice());
  }
  const text = new TextDecoder().decode(Buffer.concat(pieces));
  const findings = new Findings(Number.POSITIVE_INFINITY);
  findings.file = source.name;
  const parsed = parseLine({ number: 1, text }, findings);
  for (const finding of findings.take())
    yield { problem: { ...finding, line: lineAt(text, finding.facts.at) } };
  if (parsed.kind !== 'row') return;
  const { entries, problems } = checkMeta(parsed.row, text);
  for (const found of problems) yield { problem: { ...found, file: source.name } };
  const folder = folderOf(source.name);
  for (const entry of entries) {
    const path = besideOrHere(entry.annotation, folder);
    try {
      const annotation = await openSource(path, options);
      yield {
        source: annotation,
        ...imagesOf(root ?? besideOrHere(entry.root, folder), options),
        length: entry.length,
      };
    } catch (error) {
      yield missing(path, error);
    }
  }
}

function lineAt(text: string, at: unknown): number {
  return typeof at === 'number' ? text.slice(0, at).split('\n').length : 1;
}

function missing(name: string, error: unknown): ProblemInput {
  if (!DatasetError.is(error)) throw error;
  return problem(name, 'file-unreadable', error.message, error.code);
}

function problem(
  file: string,
  code: ProblemInput['problem']['code'],
  message: string,
  cause?: string,
): ProblemInput {
  return {
    problem: {
      code,
      file,
      line: 0,
      pointer: '',
      message,
      excerpt: '',
      facts: cause === undefined ? {} : { cause },
    },
  };
}
