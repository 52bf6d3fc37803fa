import { carriedFields, type Pairing, pairings } from '../pairs/pair-fields.js';
import { pairRows } from '../pairs/pair-rows.js';
import type { Reading } from '../sample/reading.js';
import type { Part, Sample } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';
import { spellParts } from '../tags/spell-parts.js';
import { encoded } from './encoded.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { addressOf } from './internvl.js';
import { idOf } from './row-fields.js';
import { RowProblems } from './row-problems.js';
import { csvRow } from './write-csv.js';

/**
 * Tables of pairs: the founding one (`English Questions`, `Chinese Answers`) or the rich one (`id,image,question_en,
 * answer_zh,question_zh,answer_en,task,source,split,license`). A row gives a sample for each direction it has; written,
 * the directions of one row come together again.
 */
export const csv: Format = {
  name: 'csv',
  summary: 'a table of questions and answers in two languages',
  extensions: ['.csv', '.tsv'],
  read,
  write: (samples, options) => encoded(texts(samples, options)),
};

const columns = [
  'id',
  'image',
  'question_en',
  'answer_zh',
  'question_zh',
  'answer_en',
  'task',
  'source',
  'split',
  'license',
] as const;
type Row = Partial<Record<(typeof columns)[number], string>>;

async function* read(
  source: ByteSource,
  options: ReadFormatOptions = {},
): AsyncGenerator<Reading, void, undefined> {
  const { encoding, separator, signal, pairing } = options;
  for await (const batch of pairRows(source, {
    encoding,
    separator,
    signal,
    pairing,
    columns: options.columns,
  })) {
    for (const { place, pairs, problems } of batch) {
      if (problems.length > 0) yield { place, problems };
      for (const { pairing: direction, question, answer, pair } of pairs) {
        const id = pair.id ?? idOf(place);
        const images = (typeof pair.image === 'string' ? [pair.image] : (pair.image ?? [])).map(addressOf);
        const asked: Part[] = images.map((_, imageIndex) => ({ type: 'image', imageIndex }));
        const { task, source: origin, split, license } = pair;
        const sample: Sample = {
          id: pairs.length === 1 ? id : `${id}/${direction}`,
          lang: direction.slice(-2),
          ...(task !== undefined && { task }),
          ...(origin !== undefined && { source: origin }),
          ...(license !== undefined && { license }),
          ...(split !== undefined && { split }),
          images,
          turns: [
            {
              role: 'user',
              parts: [...asked, { type: 'text', text: images.length > 0 ? `\n${question}` : question }],
            },
            { role: 'assistant', parts: [{ type: 'text', text: answer }] },
          ],
          meta: { pairing: direction },
        };
        yield { place, sample, problems };
      }
    }
  }
}

async function* texts(
  samples: AsyncIterable<Sample>,
  { boxes, onProblem, signal, separator = ',' }: WriteFormatOptions = {},
): AsyncGenerator<string, void, undefined> {
  yield csvRow(columns, separator);
  let held: Row | undefined;
  const line = (row: Row) =>
    csvRow(
      columns.map((column) => row[column] ?? ''),
      separator,
    );
  for await (const sample of samples) {
    signal?.throwIfAborted();
    const problems = new RowProblems({ file: `sample ${sample.id}` });
    const row = rowOf(sample, boxes, problems);
    for (const problem of problems.list) onProblem?.(problem);
    if (row === undefined) continue;
    const merged = held === undefined ? undefined : merge(held, row);
    if (merged === undefined && held !== undefined) yield line(held);
    held = merged ?? row;
  }
  if (held !== undefined) yield line(held);
}

function rowOf(sample: Sample, boxes: WriteFormatOptions['boxes'], problems: RowProblems): Row | undefined {
  const [user, assistant, ...more] = sample.turns;
  if (user?.role !== 'user' || assistant?.role !== 'assistant' || more.length > 0) {
    problems.error(
      'turns-many',
      'Expected one question and one answer, got other turns, which a table has no place for; split the sample.',
    );
    return undefined;
  }
  const names = sample.images.flatMap(({ path, url }) => path ?? url ?? []);
  if (names.length < sample.images.length) {
    problems.error(
      'image-unnamed',
      'Expected a path or an address for each image, got bytes alone; write the images to files first.',
    );
    return undefined;
  }
  const question = spellParts(
    user.parts.filter(({ type }) => type !== 'image'),
    { ...boxes },
  ).replace(/^\n/, '');
  const answer = spellParts(assistant.parts, { ...boxes });
  const pairing =
    pairings.find((one) => one === sample.meta?.pairing) ?? guess(question, answer, sample.lang);
  const { task, source, split, license } = sample;
  return {
    id: sample.id.replace(new RegExp(`/${pairing}$`), ''),
    image: names.join(';'),
    [`question_${pairing.slice(0, 2)}`]: question,
    [`answer_${pairing.slice(3)}`]: answer,
    ...(task !== undefined && { task }),
    ...(source !== undefined && { source }),
    ...(split !== undefined && { split }),
    ...(license !== undefined && { license }),
  };
}

/** Two rows of one id whose cells agree, as one. */
function merge(left: Row, right: Row): Row | undefined {
  if (left.id !== right.id || carriedFields.some((field) => (left[field] ?? '') !== (right[field] ?? ''))) {
    return undefined;
  }
  const agree = columns.every(
    (column) => left[column] === undefined || right[column] === undefined || left[column] === right[column],
  );
  return agree ? { ...left, ...right } : undefined;
}

/** By the script of the texts: a table has two languages. */
function guess(question: string, answer: string, lang: string | undefined): Pairing {
  const chinese = (text: string) => /\p{Script=Han}/u.test(text);
  const from = chinese(question) ? 'zh' : 'en';
  const to = chinese(answer) || (lang === 'zh' && !/[a-z]{2}/i.test(answer)) ? 'zh' : 'en';
  return `${from}-${to}`;
}
