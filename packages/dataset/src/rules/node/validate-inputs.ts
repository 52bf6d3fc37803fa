import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { DatasetError } from '../../error.js';
import { type OpenOptions, openSource, openSources } from '../../node/open-source.js';
import type { ByteSource } from '../../source/byte-source.js';
import { checkMeta } from '../check-meta.js';
import { Findings } from '../findings.js';
import { parseLine } from '../parse-line.js';
import type { LinesInput, ProblemInput, ValidateInput } from '../validate-options.js';
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
      if (await isMeta(source, options.signal)) yield* metaInputs(source, options);
      else yield linesInput(source, options.root ?? folderOf(source.name), options);
    }
  }
}

function linesInput(source: ByteSource, root: string, { images = {} }: ValidateInputOptions): LinesInput {
  return { source, root: resolve(root), ...(images !== false && { images: imageFolder(root, images) }) };
}

function folderOf(name: string): string {
  return name === '-' || /^[a-z][a-z\d+.-]+:\/\//i.test(name) ? '.' : dirname(name);
}

async function isMeta(source: ByteSource, signal: AbortSignal | undefined): Promise<boolean> {
  if (!/\.json$/i.test(source.name)) return false;
  try {
    for await (const piece of source.stream({ signal })) {
      const start = new TextDecoder().decode(piece.subarray(0, 1024)).trimStart();
      if (start === '') continue;
      return start.startsWith('{');
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!DatasetError.is(error)) throw error;
  }
  return false;
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
    try {
      const annotation = await openSource(near(entry.annotation, folder), options);
      const lines = linesInput(annotation, root ?? near(entry.root, folder), options);
      yield { ...lines, length: entry.length };
    } catch (error) {
      yield missing(entry.annotation, error);
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
