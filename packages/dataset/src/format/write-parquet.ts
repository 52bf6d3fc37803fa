import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Sample } from '../sample/sample.js';
import { messageNames, writeTurns } from './conversation.js';
import type { WriteFormatOptions } from './format.js';
import { imageBytes } from './image-bytes.js';
import { orderedImages } from './internvl.js';
import { RowProblems } from './row-problems.js';

const ROWS_IN_GROUP = 1000;
const BYTES_IN_GROUP = 64 * 2 ** 20;

const text = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'OPTIONAL',
});
const list = (name: string, ...element: readonly SchemaElement[]): readonly SchemaElement[] => [
  { name, converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
];
const struct = (name: string, ...fields: readonly SchemaElement[]): readonly SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: fields.length },
  ...fields,
];

const facts = ['lang', 'task', 'source', 'license', 'split', 'meta'] as const;
const schema: SchemaElement[] = [
  { name: 'schema', num_children: 4 + facts.length },
  text('id'),
  ...list(
    'images',
    ...struct('element', { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' }, text('path')),
  ),
  ...list('image_sizes', ...list('element', { name: 'element', type: 'INT32', repetition_type: 'OPTIONAL' })),
  ...list('messages', ...struct('element', text('role'), text('content'))),
  ...facts.map(text),
];

const string = { dtype: 'string', _type: 'Value' };
/** Without it, `datasets` shows structs where there are images. Source: datasets `features/features.py`. */
const huggingface = JSON.stringify({
  info: {
    features: {
      id: string,
      images: [{ _type: 'Image' }],
      image_sizes: [[{ dtype: 'int32', _type: 'Value' }]],
      messages: [{ role: string, content: string }],
      ...Object.fromEntries(facts.map((fact) => [fact, string])),
    },
  },
});

interface Row {
  readonly id: string;
  readonly images: readonly { readonly bytes: Uint8Array | null; readonly path: string | null }[];
  readonly image_sizes: readonly (readonly number[])[] | null;
  readonly messages: readonly unknown[];
  readonly facts: readonly (string | null)[];
}

/** Samples as a Parquet file, a row group at a time; the same samples give the same bytes. */
export async function* writeParquet(
  samples: AsyncIterable<Sample>,
  options: WriteFormatOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { onProblem, signal } = options;
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema,
    kvMetadata: [{ key: 'huggingface', value: huggingface }],
    createdBy: '@internvl/dataset',
  });
  const taken = (): Uint8Array => {
    const piece = bytes.getBytes().slice();
    bytes.index = 0;
    return piece;
  };
  let rows: Row[] = [];
  let size = 0;
  const flush = (): Uint8Array => {
    writer.write({ columnData: columnsOf(rows), rowGroupSize: rows.length });
    rows = [];
    size = 0;
    return taken();
  };
  for await (const sample of samples) {
    signal?.throwIfAborted();
    const problems = new RowProblems({ file: `sample ${sample.id}` });
    const row = await rowOf(sample, options, problems);
    for (const problem of problems.list) onProblem?.(problem);
    if (row === undefined) continue;
    rows.push(row);
    size += row.images.reduce((sum, image) => sum + (image.bytes?.length ?? 0), 0);
    if (rows.length >= ROWS_IN_GROUP || size >= BYTES_IN_GROUP) yield flush();
  }
  if (rows.length > 0) yield flush();
  writer.finish();
  yield taken();
}

function columnsOf(rows: readonly Row[]) {
  return [
    { name: 'id', data: rows.map(({ id }) => id) },
    // Images are compressed already, and statistics of bytes help nobody.
    { name: 'images', data: rows.map(({ images }) => images), statistics: false },
    { name: 'image_sizes', data: rows.map((row) => row.image_sizes) },
    { name: 'messages', data: rows.map((row) => row.messages), statistics: false },
    ...facts.map((name, index) => ({ name, data: rows.map((row) => row.facts[index] ?? null) })),
  ];
}

async function rowOf(
  sample: Sample,
  options: WriteFormatOptions,
  problems: RowProblems,
): Promise<Row | undefined> {
  const images = orderedImages(sample, problems);
  const stored: { bytes: Uint8Array | null; path: string | null }[] = [];
  for (const image of images) {
    const bytes = (await imageBytes(image, options, problems)) ?? null;
    const path = image.path ?? image.url ?? null;
    if (bytes === null && path === null)
      problems.error(
        'image-unreachable',
        'Expected the bytes or a path of each image, got neither; mend the sample.',
      );
    stored.push({ bytes, path });
  }
  if (problems.failed) return undefined;
  const sizes = images.map(({ width, height }) =>
    width === undefined || height === undefined ? undefined : [width, height],
  );
  const known = sizes.filter((one) => one !== undefined);
  const { id, lang, task, source, license, split, meta } = sample;
  return {
    id,
    images: stored,
    image_sizes: known.length === sizes.length && sizes.length > 0 ? known : null,
    messages: writeTurns({ ...sample, images }, messageNames, { boxes: options.boxes }),
    facts: [lang, task, source, license, split, meta === undefined ? undefined : JSON.stringify(meta)].map(
      (fact) => fact ?? null,
    ),
  };
}
