import type { JsonRow } from '../json/json-lines.js';
import { jsonList, jsonRows } from '../json/json-list.js';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import { noProblems, type Reading } from '../sample/reading.js';
import type { Part, Sample, Turn } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';
import { spellParts } from '../tags/spell-parts.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { addressOf } from './internvl.js';
import { jsonArray, jsonLinesOf } from './json-array.js';
import { idOf, pixels } from './row-fields.js';
import { RowProblems } from './row-problems.js';

/** Names of the fields of a question file; the first that a row has is taken. */
interface QuestionNames {
  readonly id: readonly string[];
  readonly question: readonly string[];
  readonly image: readonly string[];
  readonly answer: readonly string[];
}

const names = {
  vqa: {
    id: ['question_id', 'id'],
    question: ['question'],
    image: ['image', 'image_path', 'file_name'],
    answer: ['multiple_choice_answer', 'answers', 'answer'],
  },
  docvqa: {
    id: ['questionId', 'question_id'],
    question: ['question'],
    image: ['image', 'image_local_name'],
    answer: ['answers', 'answer'],
  },
  chartqa: {
    id: ['question_id', 'id'],
    question: ['query', 'question'],
    image: ['imgname', 'image'],
    answer: ['label', 'answer'],
  },
  flat: {
    id: ['question_id', 'questionId', 'id', 'index'],
    question: ['question', 'query', 'text', 'sent'],
    image: ['image', 'imgname', 'image_path'],
    answer: ['answer', 'answers', 'label', 'gt_answers', 'gt'],
  },
} satisfies Record<string, QuestionNames>;

/**
 * VQAv2, OK-VQA, TextVQA, VizWiz as published: a file of questions, with the answers in it or in a file of annotations
 * beside it (`annotations`). The answer taught is the one most people gave; all of them stay in `meta.answers`.
 * Source: visualqa.org, format of questions and annotations.
 */
export const vqa: Format = {
  name: 'vqa',
  summary: 'VQAv2, OK-VQA, TextVQA, VizWiz: questions, with annotations beside them',
  extensions: ['.json'],
  read: (source, options) =>
    options?.annotations === undefined
      ? read(source, names.vqa, options)
      : readJoined(source, options.annotations, options),
};

/** DocVQA and InfoVQA: `data[]` of `questionId`, `question`, `image`, `answers`. Written as a submission. */
export const docvqa: Format = {
  name: 'docvqa',
  summary: 'DocVQA, InfoVQA: data with questionId and answers; written as a submission',
  extensions: ['.json'],
  read: (source, options) => read(source, names.docvqa, options),
  write: (samples, options) => jsonArray(submission(samples, options)),
};

/** ChartQA: a list of `imgname`, `query`, `label`. */
export const chartqa: Format = {
  name: 'chartqa',
  summary: 'ChartQA: imgname, query, label',
  extensions: ['.json'],
  read: (source, options) => read(source, names.chartqa, options),
};

/** What InternVL evaluates: one `{ image, question, question_id, answer }` per line. */
export const flat: Format = {
  name: 'flat',
  summary: 'one { image, question, question_id, answer } per line, as InternVL evaluates',
  extensions: ['.jsonl'],
  read: (source, options) => read(source, names.flat, options),
  write: (samples, options) => jsonLinesOf(flatRows(samples, options)),
};

async function* read(
  source: ByteSource,
  fields: QuestionNames,
  options: ReadFormatOptions = {},
): AsyncGenerator<Reading, void, undefined> {
  for await (const row of elements(source, options)) yield reading(row, fields, undefined, options);
}

/** Rows of a list, of the lists in an object, or of JSON Lines. */
async function* elements(
  source: ByteSource,
  { signal }: ReadFormatOptions,
): AsyncGenerator<JsonRow, void, undefined> {
  for await (const row of jsonRows(source, { signal })) {
    if (!('key' in row) || lists.has(String(row.key))) yield row;
  }
}

const lists: ReadonlySet<string> = new Set(['', 'data', 'questions', 'annotations']);

/**
 * Questions with their annotations by `question_id`. Both files are read side by side, and an annotation is held only
 * until its question comes.
 */
async function* readJoined(
  source: ByteSource,
  annotations: ByteSource,
  options: ReadFormatOptions,
): AsyncGenerator<Reading, void, undefined> {
  const { signal } = options;
  const waiting = new Map<string, JsonObject>();
  const others = jsonList(annotations, { signal });
  try {
    for await (const row of jsonList(source, { signal })) {
      if (row.key !== 'questions' && row.key !== '' && row.key !== 'data') continue;
      const id = isJsonObject(row.value) ? String(row.value.question_id) : undefined;
      while (id !== undefined && !waiting.has(id)) {
        const next = await others.next();
        if (next.done) break;
        const { key, value, place, problems } = next.value;
        if (problems.length > 0) yield { place, problems };
        if (key !== 'annotations' && key !== '') continue;
        if (isJsonObject(value)) waiting.set(String(value.question_id), value);
      }
      const answer = id === undefined ? undefined : waiting.get(id);
      if (id !== undefined) waiting.delete(id);
      const read = reading(row, names.vqa, answer, options);
      if (answer !== undefined || read.sample === undefined) yield read;
      else {
        const problems = new RowProblems(row.place);
        problems.warning(
          'annotation-missing',
          `Expected an annotation for question ${id} in ${annotations.name}, got none; it has no answer.`,
        );
        yield { ...read, problems: [...read.problems, ...problems.list] };
      }
    }
  } finally {
    await others.return();
  }
}

function reading(
  { place, value, problems: bad }: JsonRow,
  fields: QuestionNames,
  annotation: JsonObject | undefined,
  options: ReadFormatOptions,
): Reading {
  if (bad.length > 0) return { place, problems: bad };
  const problems = new RowProblems(place);
  if (!isJsonObject(value)) {
    problems.error('row-shape', 'Expected a JSON object, got something else; is this the right format?');
    return { place, problems: problems.list };
  }
  const row: JsonObject = annotation === undefined ? value : { ...value, ...annotation };
  const first = (keys: readonly string[]) =>
    keys.map((key) => row[key]).find((found) => found !== undefined && found !== null);
  const question = first(fields.question);
  if (typeof question !== 'string' || question.trim() === '') {
    problems.error(
      'text-missing',
      `Expected a question in ${fields.question.join(' or ')}, got ${question === undefined ? 'none' : JSON.stringify(question).slice(0, 40)}; is this the right format?`,
    );
    return { place, problems: problems.list };
  }
  const id = first(fields.id);
  const image = imageOf(first(fields.image), row.image_id);
  const answers = answersOf(row.answers ?? row.answer ?? row.label);
  const chosen = row.multiple_choice_answer;
  const answer =
    typeof chosen === 'string' ? chosen : mostGiven(answersOf(first(fields.answer)) ?? answers ?? []);
  const width = pixels(row.image_width ?? row.width);
  const height = pixels(row.image_height ?? row.height);
  const images =
    image === undefined
      ? []
      : [
          {
            ...addressOf(image),
            ...(width !== undefined && { width }),
            ...(height !== undefined && { height }),
          },
        ];
  const asked: readonly Part[] =
    image === undefined
      ? [{ type: 'text', text: question }]
      : [
          { type: 'image', imageIndex: 0 },
          { type: 'text', text: `\n${question}` },
        ];
  const turns: Turn[] = [{ role: 'user', parts: asked }];
  if (answer !== undefined) turns.push({ role: 'assistant', parts: [{ type: 'text', text: answer }] });
  const used = new Set<string>([...fields.question, ...fields.image]);
  const meta = Object.fromEntries(Object.entries(row).filter(([key]) => !used.has(key)));
  const sample: Sample = {
    id: typeof id === 'string' || typeof id === 'number' ? String(id) : idOf(place),
    ...(options.lang !== undefined && { lang: options.lang }),
    images,
    turns,
    meta,
  };
  return { place, sample, problems: noProblems };
}

/** A path; where there is only an id, the file COCO and its kin call by it. */
function imageOf(image: JsonValue | undefined, id: JsonValue | undefined): string | undefined {
  if (typeof image === 'string' && image !== '') return image;
  if (typeof id === 'number') return `${String(id).padStart(12, '0')}.jpg`;
  return typeof id === 'string' && id !== '' ? `${id}.jpg` : undefined;
}

/** Texts of answers, whether they come alone, listed, or as objects. */
function answersOf(value: JsonValue | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (!isJsonList(value)) return undefined;
  return value.flatMap((item) => {
    const text = isJsonObject(item) ? item.answer : item;
    return typeof text === 'string' ? [text] : typeof text === 'number' ? [String(text)] : [];
  });
}

/** The answer given most often, the earlier one of two. */
function mostGiven(answers: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  let best: string | undefined;
  for (const [answer, count] of counts)
    if (best === undefined || count > (counts.get(best) ?? 0)) best = answer;
  return best;
}

/** Question and answer of a sample with one of each, or a problem. */
function questionAndAnswer(
  sample: Sample,
  { boxes, onProblem }: WriteFormatOptions,
): { readonly question: string; readonly answer: string | undefined } | undefined {
  const users = sample.turns.filter(({ role }) => role === 'user');
  const [user, ...more] = users;
  if (user === undefined || more.length > 0) {
    const problems = new RowProblems({ file: `sample ${sample.id}` });
    problems.error(
      'turns-many',
      `Expected one question and one answer, got ${users.length} user turns, which the format can't hold; split the sample.`,
    );
    for (const problem of problems.list) onProblem?.(problem);
    return undefined;
  }
  const answer = sample.turns.find(({ role }) => role === 'assistant');
  const question = spellParts(
    user.parts.filter(({ type }) => type !== 'image'),
    { ...boxes },
  );
  return { question: question.replace(/^\n/, ''), answer: answer && spellParts(answer.parts, { ...boxes }) };
}

async function* submission(
  samples: AsyncIterable<Sample>,
  options: WriteFormatOptions = {},
): AsyncGenerator<JsonValue, void, undefined> {
  for await (const sample of samples) {
    options.signal?.throwIfAborted();
    const pair = questionAndAnswer(sample, options);
    if (pair !== undefined) yield { questionId: numberOr(sample.id), answer: pair.answer ?? '' };
  }
}

async function* flatRows(
  samples: AsyncIterable<Sample>,
  options: WriteFormatOptions = {},
): AsyncGenerator<JsonValue, void, undefined> {
  for await (const sample of samples) {
    options.signal?.throwIfAborted();
    const pair = questionAndAnswer(sample, options);
    if (pair === undefined) continue;
    const [image, ...more] = sample.images.flatMap(({ path, url }) => path ?? url ?? []);
    const { answer = pair.answer, ...meta } = sample.meta ?? {};
    yield {
      ...(image !== undefined && { image: more.length === 0 ? image : [image, ...more] }),
      question: pair.question,
      question_id: sample.meta?.question_id ?? numberOr(sample.id),
      ...(answer !== undefined && { answer }),
      ...meta,
    };
  }
}

function numberOr(id: string): string | number {
  return /^(0|[1-9]\d{0,14})$/.test(id) ? Number(id) : id;
}
