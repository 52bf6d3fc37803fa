import type { Part, Turn } from '@internvl/chat';
import type { OptionTable } from '../options/option-table.js';
import type { OptionsOf } from '../options/options.js';
import { usageError } from '../options/usage-error.js';
import type { Surroundings } from '../terminal/surroundings.js';
import { readHistory, type WrittenPart, type WrittenTurn } from './history.js';
import { imageBytes } from './image-bytes.js';
import { imagesOf, type PageRange, readPages } from './pdf-images.js';

/** What is asked, and about what. */
export const turnOptions = {
  image: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'A path, - for standard input, an http(s) or data: URL; may be given several times. JPEG, PNG, WebP, AVIF, GIF, TIFF, or a PDF for its pages.',
  },
  pages: {
    type: 'string',
    value: 'N or N-M',
    help: 'Pages of a PDF that are shown, at most 20. Default: all.',
  },
  together: { type: 'boolean', help: 'Several --image share one placeholder, as parts of one image.' },
  frame: {
    type: 'string',
    multiple: true,
    value: 'FILE…',
    help: 'Frames of a video in order of time, one tile each; takes all words up to the next option.',
  },
  prompt: { type: 'string', value: 'TEXT', help: 'The question.' },
  history: {
    type: 'string',
    value: 'FILE',
    help: 'Earlier turns, as JSON: [{"role","parts":[{"type":"text","text"}|{"type":"image","path"}]}].',
  },
} as const satisfies OptionTable;

/**
 * The parts that the options put before the question.
 *
 * @throws `usage` when options contradict each other
 */
export function writtenParts(options: OptionsOf<typeof turnOptions>): WrittenPart[] {
  const images = options.texts('image');
  const frames = options.texts('frame');
  const together = options.flag('together');
  if (images.length > 0 && frames.length > 0) {
    throw usageError('Expected --image or --frame, got both; ask about images or about a video.');
  }
  if (together && images.length < 2) {
    throw usageError(`Expected several --image with --together, got ${images.length}; leave --together out.`);
  }
  if (images.concat(frames).filter((source) => source === '-').length > 1) {
    throw usageError("Expected '-' once, got it several times; standard input holds one image.");
  }
  if (frames.length > 0) return [{ type: 'video', paths: frames }];
  return together ? [{ type: 'image', paths: images }] : images.map((path) => ({ type: 'image', path }));
}

/** Earlier turns of `--history`; none without it. */
export async function writtenHistory(
  options: OptionsOf<typeof turnOptions>,
): Promise<readonly WrittenTurn[]> {
  const file = options.text('history');
  return file === undefined ? [] : readHistory(file);
}

/** Where files are read from, and which pages of them. */
export interface ReadFrom extends Pick<Surroundings, 'stdin' | 'signal'> {
  readonly pages?: PageRange | undefined;
}

/** The pages that `--pages` names. @throws `usage` */
export function pagesOf(options: OptionsOf<typeof turnOptions>): PageRange | undefined {
  const text = options.text('pages');
  if (text === undefined) return undefined;
  if (options.texts('image').length === 0) {
    throw usageError('Expected --image with --pages, got none; name the PDF that has them.');
  }
  return readPages(text);
}

/**
 * Reads the images of written turns.
 *
 * @throws the codes of `imagesOf`
 */
export function readTurns(turns: readonly WrittenTurn[], from: ReadFrom): Promise<Turn[]> {
  return Promise.all(
    turns.map(async ({ role, parts }): Promise<Turn> => ({ role, parts: await readParts(parts, from) })),
  );
}

/** The same for the parts of one turn; each page of a PDF is a part, or where images share one, an image of it. */
export async function readParts(parts: readonly WrittenPart[], from: ReadFrom): Promise<Part[]> {
  const read = await Promise.all(
    parts.map(async (part): Promise<Part[]> => {
      if (part.type === 'text') return [part];
      if (part.type === 'video') {
        return [
          { type: 'video', frames: await Promise.all(part.paths.map((path) => imageBytes(path, from))) },
        ];
      }
      if ('paths' in part) {
        const images = await Promise.all(part.paths.map((path) => imagesOf(path, from)));
        return [{ type: 'image', image: images.flat() }];
      }
      return (await imagesOf(part.path, from)).map((image): Part => ({ type: 'image', image }));
    }),
  );
  return read.flat();
}
