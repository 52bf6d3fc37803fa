import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { DatasetError } from '../../error.js';
import { jsonList } from '../../json/json-list.js';
import { type OpenOptions, openSource, openSources } from '../../node/open-source.js';
import type { ByteSource } from '../../source/byte-source.js';
import { checkMeta } from '../check-meta.js';
import { Findings } from '../findings.js';
import { parseLine } from '../parse-line.js';
import type { ProblemInput, SourceRow, ValidateInput } from '../validate-options.js';
import { type ImageFolderOptions, imageFolder } from './image-folder.js';

export interface ValidateInputOptions extends OpenOptions {
  /** Folder of the images. Default: the folder of the file that names them; a meta file says its own. */
  readonly root?: string | undefined;
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
      if (kind === 'meta') {
        yield* metaInputs(source, options);
        continue;
      }
      const images = imagesOf(options.root ?? folderOf(source.name), options);
      if (kind === 'archive') yield { archive: source };
      if (kind === 'lines') yield { source, ...images };
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

type Kind = 'lines' | 'list' | 'meta' | 'archive';

/** By the name, and for `.json` by the first character: `[` a list of rows, `{` a meta file. */
async function kindOf(source: ByteSource, signal: AbortSignal | undefined): Promise<Kind> {
  const name = source.name.toLowerCase().replace(/\.(gz|zst)$/, '');
  if (name.endsWith('.tar') || name.endsWith('.tgz')) return 'archive';
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
    const path = near(entry.annotation, folder);
    try {
      const annotation = await openSource(path, options);
      yield {
        source: annotation,
        ...imagesOf(root ?? near(entry.root, folder), options),
        length: entry.length,
      };
    } catch (error) {
      yield missing(path, error);
    }
  }
}

/** As InternVL's scripts run: paths count from the working folder; or else from the meta file's. */
function near(path: string, folder: string): string {
  if (isAbsolute(path) || /^[a-z][a-z\d+.-]+:\/\//i.test(path)) return path;
  const beside = join(folder, path);
  return !existsSync(beside) && existsSync(path) ? path : beside;
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
