import type { JsonValue } from '../sample/json.js';
import { noProblems, type Reading } from '../sample/reading.js';
import type { ImageRef, Part, Sample, Turn } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';
import { tableRows } from '../table/table-rows.js';
import { spellParts } from '../tags/spell-parts.js';
import { fromBase64, toBase64 } from './base64.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { imageBytes } from './image-bytes.js';
import { idOf } from './row-fields.js';
import { RowProblems } from './row-problems.js';
import { csvRow } from './write-csv.js';

/** A shorter image cell is the index of a row that has the image. Source: VLMEvalKit `image_base.py`. */
const MOST_REFERENCE = 64;
/** Images kept for rows that refer to them, in bytes. */
const MOST_KEPT = 256 * 2 ** 20;
const MOST_CELL = 2 ** 27;

const fixed = ['index', 'image', 'image_path', 'question', 'hint', 'answer', 'split'] as const;

/**
 * VLMEvalKit's TSV: `index`, `image` (base64, a list of it, or another row's index) or `image_path`, `question`, options
 * `A` to `Z`, `answer`, `category`, `l2-category`, `split`. Source: VLMEvalKit `docs/en/Development.md`.
 */
export const vlmevalkit: Format = {
  name: 'vlmevalkit',
  summary: "VLMEvalKit's TSV of questions, options and base64 images",
  extensions: ['.tsv'],
  read,
  write,
};

async function* read(
  source: ByteSource,
  options: ReadFormatOptions = {},
): AsyncGenerator<Reading, void, undefined> {
  const { encoding, signal, lang } = options;
  let header: readonly string[] | undefined;
  const kept = new Map<string, Uint8Array>();
  let keptBytes = 0;
  const table = tableRows(source, { encoding, signal, separator: '\t', mostCellCharacters: MOST_CELL });
  for await (const batch of table) {
    for (const { cells, row, line, fault } of batch) {
      if (header === undefined) {
        header = cells.map((cell) => cell.trim());
        continue;
      }
      const place = { file: source.name, row, line };
      const problems = new RowProblems(place);
      const names = header;
      if (fault !== undefined) problems.error(fault.code, fault.message);
      else if (cells.length !== names.length) {
        problems.error(
          'cell-missing',
          `Expected ${names.length} cells as in the header, got ${cells.length}; the row, or the file, is cut.`,
        );
      }
      const cell = (name: string) => cells[names.indexOf(name)] ?? '';
      const question = cell('question');
      const images: ImageRef[] = [];
      for (const piece of listed(cell('image'))) {
        const reference = piece.length <= MOST_REFERENCE;
        const bytes = reference ? kept.get(piece) : fromBase64(piece);
        if (bytes === undefined) {
          problems.error(
            'image-shape',
            reference
              ? `Expected base64 or the index of an earlier row in image, got '${piece}'; is the file sorted?`
              : 'Expected base64 in image, got something else; write the image again.',
          );
        } else images.push({ bytes });
        if (!reference && bytes !== undefined && keptBytes + bytes.length <= MOST_KEPT) {
          kept.set(cell('index'), bytes);
          keptBytes += bytes.length;
        }
      }
      const paths = listed(cell('image_path'));
      for (const [index, path] of paths.entries()) images[index] = { ...images[index], path };
      if (problems.failed) {
        yield { place, problems: problems.list };
        continue;
      }
      yield {
        place,
        sample: sampleOf(names, cells, question, images, idOf(place), lang),
        problems: noProblems,
      };
    }
  }
}

function sampleOf(
  names: readonly string[],
  cells: readonly string[],
  question: string,
  images: readonly ImageRef[],
  otherId: string,
  lang: string | undefined,
): Sample {
  const cell = (name: string) => cells[names.indexOf(name)] ?? '';
  const choices: Record<string, string> = {};
  const meta: Record<string, JsonValue> = {};
  for (const [index, name] of names.entries()) {
    const text = cells[index] ?? '';
    if (/^[A-Z]$/.test(name)) {
      if (text !== '') choices[name] = text;
    } else if (!fixed.some((one) => one === name) && text !== '') meta[name] = text;
  }
  if (Object.keys(choices).length > 0) meta.options = choices;
  const hint = cell('hint');
  if (hint !== '') meta.hint = hint;
  meta.question = question;
  const text = [hint, question, ...Object.entries(choices).map(([letter, choice]) => `${letter}. ${choice}`)]
    .filter((piece) => piece !== '')
    .join('\n');
  const asked: Part[] = images.map((_, imageIndex) => ({ type: 'image', imageIndex }));
  const turns: Turn[] = [
    { role: 'user', parts: [...asked, { type: 'text', text: images.length > 0 ? `\n${text}` : text }] },
  ];
  const answer = cell('answer');
  if (answer !== '') turns.push({ role: 'assistant', parts: [{ type: 'text', text: answer }] });
  const split = cell('split');
  return {
    id: cell('index') || otherId,
    ...(lang !== undefined && { lang }),
    ...(split !== '' && { split }),
    images,
    turns,
    meta,
  };
}

/** A cell as a list: one item, or those of a list as Python writes it. */
function listed(cell: string): readonly string[] {
  const text = cell.trim();
  if (text === '') return [];
  if (!text.startsWith('[')) return [text];
  return [...text.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, single, double]) => single ?? double ?? '');
}

/** The header is that of the first sample: a stream can't know what later ones have. */
async function* write(
  samples: AsyncIterable<Sample>,
  options: WriteFormatOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  const { boxes, onProblem, signal } = options;
  let header: readonly string[] | undefined;
  for await (const sample of samples) {
    signal?.throwIfAborted();
    const problems = new RowProblems({ file: `sample ${sample.id}` });
    const [user, answer, ...more] = sample.turns;
    if (user?.role !== 'user' || (answer !== undefined && answer.role !== 'assistant') || more.length > 0) {
      problems.error(
        'turns-many',
        'Expected one question and one answer, got other turns, which the format has no place for; split the sample.',
      );
    }
    const images: string[] = [];
    for (const image of sample.images) {
      const bytes = await imageBytes(image, options, problems);
      if (bytes !== undefined) images.push(toBase64(bytes));
    }
    const paths = sample.images.flatMap(({ path }) => path ?? []);
    if (images.length < sample.images.length && paths.length < sample.images.length) {
      problems.error(
        'image-unreachable',
        'Expected the bytes or the path of each image, got neither; give readImage (--root).',
      );
    }
    if (user !== undefined && !problems.failed) {
      const { options: choices, question, hint, ...rest } = sample.meta ?? {};
      const text = spellParts(
        user.parts.filter(({ type }) => type !== 'image'),
        { ...boxes },
      ).replace(/^\n/, '');
      const row: Record<string, string> = {
        index: sample.id,
        image: images.length === sample.images.length ? pythonList(images) : '',
        image_path: paths.length === sample.images.length ? pythonList(paths) : '',
        hint: typeof hint === 'string' ? hint : '',
        question: typeof question === 'string' ? question : text,
        ...(typeof choices === 'object' && choices !== null && stringsOf(choices)),
        answer: answer === undefined ? '' : spellParts(answer.parts, { ...boxes }),
        ...stringsOf(rest),
        split: sample.split ?? '',
      };
      if (header === undefined) {
        header = [
          'index',
          ...Object.keys(row).filter((name) => name !== 'index' && (row[name] !== '' || name === 'answer')),
        ];
        yield encoder.encode(csvRow(header, '\t'));
      }
      const columns = header;
      const lost = Object.keys(row).filter((name) => row[name] !== '' && !columns.includes(name));
      if (lost.length > 0) {
        problems.error(
          'column-unforeseen',
          `Expected the columns of the first sample, got also ${lost.join(', ')}; put a sample with all of them first.`,
        );
      } else
        yield encoder.encode(
          csvRow(
            columns.map((name) => row[name] ?? ''),
            '\t',
          ),
        );
    }
    for (const problem of problems.list) onProblem?.(problem);
  }
}

function pythonList(items: readonly string[]): string {
  const [only] = items;
  return items.length === 1 && only !== undefined
    ? only
    : items.length === 0
      ? ''
      : `[${items.map((item) => `'${item}'`).join(', ')}]`;
}

function stringsOf(fields: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
