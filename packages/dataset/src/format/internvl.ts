import { jsonLineBatches } from '../json/json-lines.js';
import { isJsonList, type JsonObject, type JsonValue } from '../sample/json.js';
import type { Place } from '../sample/problem.js';
import type { Reading } from '../sample/reading.js';
import { noProblems } from '../sample/reading.js';
import type { ImageRef, Sample, Turn } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';
import { gptNames, placeholders, readTurns, writeTurns } from './conversation.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { jsonLinesOf } from './json-array.js';
import { backFields, frontFields, pixels, rowFields, rowObject, textList } from './row-fields.js';
import { RowProblems } from './row-problems.js';

const taken: ReadonlySet<string> = new Set([
  'image',
  'width',
  'height',
  'width_list',
  'height_list',
  'conversations',
]);
const single = { single: true, userOnly: true } as const;
const several = { single: false, userOnly: true } as const;

/**
 * InternVL's annotation file: one row per line with `conversations` and `image`, `width`, `height` (or lists of them).
 * Source: `internvl/train/internvl_chat_finetune.py`, docs `chat_data_format.md`.
 */
export const internvl: Format = {
  name: 'internvl',
  summary: 'InternVL annotations, one JSON object per line',
  extensions: ['.jsonl'],
  read,
  write: (samples, options) => jsonLinesOf(rows(samples, options)),
};

async function* read(
  source: ByteSource,
  options: ReadFormatOptions = {},
): AsyncGenerator<Reading, void, undefined> {
  for await (const batch of jsonLineBatches(source, { signal: options.signal })) {
    for (const { place, value, problems } of batch) {
      yield problems.length > 0 ? { place, problems } : readInternvlRow(value, place, options);
    }
  }
}

/** One row of InternVL's format as a sample. */
export function readInternvlRow(
  value: JsonValue | undefined,
  place: Place,
  options: ReadFormatOptions = {},
): Reading {
  const problems = new RowProblems(place);
  const row = rowObject(value, problems);
  const images = row === undefined ? undefined : readImages(row, problems);
  if (row === undefined || images === undefined) return { place, problems: problems.list };
  const rules = isJsonList(row.image) ? several : single;
  const turns = readTurns(row, gptNames, images, rules, options, problems);
  if (turns === undefined) return { place, problems: problems.list };
  const sample: Sample = { ...rowFields(row, taken, place, options.lang), images, turns };
  return { place, sample, problems: problems.list.length === 0 ? noProblems : problems.list };
}

/** `image`, `width`, `height`, or the lists of them. */
export function readImages(row: JsonObject, problems: RowProblems): readonly ImageRef[] | undefined {
  const paths = textList(row.image);
  if (paths === undefined) {
    problems.error(
      'image-shape',
      `Expected image as a path or a list of paths, got ${JSON.stringify(row.image).slice(0, 60)}; write it so.`,
      '/image',
    );
    return undefined;
  }
  const widths = isJsonList(row.width_list) ? row.width_list : [row.width];
  const heights = isJsonList(row.height_list) ? row.height_list : [row.height];
  return paths.map((path, index) => {
    const width = pixels(widths[index]);
    const height = pixels(heights[index]);
    return {
      ...addressOf(path),
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
    };
  });
}

/** A path or an address, as rows write both in one field. */
export function addressOf(text: string): Pick<ImageRef, 'path' | 'url'> {
  return /^(https?|data|s3):/i.test(text) ? { url: text } : { path: text };
}

async function* rows(
  samples: AsyncIterable<Sample>,
  options: WriteFormatOptions = {},
): AsyncGenerator<JsonValue, void, undefined> {
  for await (const sample of samples) {
    options.signal?.throwIfAborted();
    const row = writeInternvlRow(sample, options);
    if (row !== undefined) yield row;
  }
}

/** One sample as a row of InternVL's format, or undefined (and a problem told) where it can't be one. */
export function writeInternvlRow(
  sample: Sample,
  { boxes, onProblem }: WriteFormatOptions = {},
): Record<string, JsonValue> | undefined {
  const place: Place = { file: `sample ${sample.id}` };
  const problems = new RowProblems(place);
  const images = orderedImages(sample, problems);
  const conversations = writeTurns({ ...sample, images }, gptNames, {
    boxes,
    onBadBox: () =>
      problems.warning(
        'box-size-unknown',
        "Expected the image's size for boxes in pixels, got none; they stay as they are.",
      ),
  });
  const [first, ...more] = images;
  const names = images.map(({ path, url }) => path ?? url);
  if (names.some((name) => name === undefined)) {
    problems.error(
      'image-unnamed',
      'Expected a path or an address for each image, got bytes alone; write the images to files first.',
    );
  }
  for (const problem of problems.list) onProblem?.(problem);
  if (problems.failed) return undefined;
  const paths = names.filter((name) => name !== undefined);
  const row = frontFields(sample);
  if (first !== undefined && more.length === 0) {
    row.image = paths[0] ?? '';
    if (first.width !== undefined) row.width = first.width;
    if (first.height !== undefined) row.height = first.height;
  } else if (first !== undefined) {
    row.image = paths;
    if (images.every(({ width, height }) => width !== undefined && height !== undefined)) {
      row.width_list = images.map(({ width }) => width ?? 0);
      row.height_list = images.map(({ height }) => height ?? 0);
    }
  }
  row.conversations = conversations;
  return { ...row, ...backFields(sample, taken) };
}

/** Images in the order of their placeholders, as formats need that pair them by order. */
export function orderedImages(sample: Sample, problems: RowProblems): readonly ImageRef[] {
  const { order, literal } = placeholders(sample);
  const images = order.flatMap((index) => sample.images[index] ?? []);
  if (images.length < order.length) {
    problems.error(
      'image-index',
      `Expected image parts to point into ${sample.images.length} images, got one that does not; mend the sample.`,
    );
  }
  const idle = sample.images.filter((_, index) => !order.includes(index));
  if (idle.length > 0) {
    problems.warning(
      'placeholder-missing',
      `Expected an <image> for each of ${sample.images.length} images, got ${order.length}; the images are kept.`,
    );
  }
  // In a row with one image only the first `<image>` is it; in others each literal one would be taken for an image.
  if (literal > 0 && (images.length !== 1 || literalFirst(sample.turns))) {
    problems.error(
      'placeholder-literal',
      'Expected no <image> as plain text in a user turn, got one, which the format can only read as an image; reword it.',
    );
  }
  return [...images, ...idle];
}

function literalFirst(turns: readonly Turn[]): boolean {
  for (const { role, parts } of turns) {
    for (const part of parts) {
      if (part.type === 'image') return false;
      if (part.type === 'text' && role === 'user' && part.text.includes('<image>')) return true;
    }
  }
  return false;
}
