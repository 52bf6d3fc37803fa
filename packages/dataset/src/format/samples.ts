import { jsonLines } from '../json/json-lines.js';
import { isJsonList, isJsonObject, type JsonValue } from '../sample/json.js';
import { noProblems, type Reading } from '../sample/reading.js';
import type { ImageRef, Part, Role, Sample, Turn } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';
import { fromBase64, toBase64 } from './base64.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { jsonLinesOf } from './json-array.js';
import { pixels, rowFields, rowObject } from './row-fields.js';
import { RowProblems } from './row-problems.js';

/** The canonical sample itself, one per line, with image bytes as base64: nothing is lost on the way. */
export const samples: Format = {
  name: 'samples',
  summary: 'canonical samples, one JSON object per line; loses nothing',
  extensions: ['.samples.jsonl'],
  read,
  write: (all, options) => jsonLinesOf(rows(all, options)),
};

const taken: ReadonlySet<string> = new Set(['images', 'turns', 'meta']);
const roles: readonly Role[] = ['system', 'user', 'assistant'];

async function* read(
  source: ByteSource,
  options: ReadFormatOptions = {},
): AsyncGenerator<Reading, void, undefined> {
  for await (const { place, value, problems: bad } of jsonLines(source, { signal: options.signal })) {
    if (bad.length > 0) {
      yield { place, problems: bad };
      continue;
    }
    const problems = new RowProblems(place);
    const row = rowObject(value, problems);
    const turns = row === undefined ? undefined : turnsOf(row.turns, problems);
    const images = row === undefined ? undefined : imagesOf(row.images ?? [], problems);
    if (row === undefined || turns === undefined || images === undefined) {
      yield { place, problems: problems.list };
      continue;
    }
    const { meta: _, ...fields } = rowFields(row, taken, place, options.lang);
    const sample: Sample = { ...fields, images, turns, ...(isJsonObject(row.meta) && { meta: row.meta }) };
    yield { place, sample, problems: noProblems };
  }
}

function imagesOf(value: JsonValue, problems: RowProblems): readonly ImageRef[] | undefined {
  const images: ImageRef[] = [];
  for (const [index, item] of (isJsonList(value) ? value : [value]).entries()) {
    const { path, url, bytes, width, height } = isJsonObject(item) ? item : {};
    const data = typeof bytes === 'string' ? fromBase64(bytes) : undefined;
    if (typeof path !== 'string' && typeof url !== 'string' && data === undefined) {
      problems.error(
        'image-shape',
        'Expected an image with path, url or bytes, got one without; mend the row.',
        `/images/${index}`,
      );
      return undefined;
    }
    images.push({
      ...(typeof path === 'string' && { path }),
      ...(typeof url === 'string' && { url }),
      ...(data !== undefined && { bytes: data }),
      ...(pixels(width) !== undefined && { width: pixels(width) ?? 0 }),
      ...(pixels(height) !== undefined && { height: pixels(height) ?? 0 }),
    });
  }
  return images;
}

function turnsOf(value: JsonValue | undefined, problems: RowProblems): readonly Turn[] | undefined {
  const turns = isJsonList(value) ? value.map(turnOf) : [undefined];
  const whole = turns.filter((turn) => turn !== undefined);
  if (whole.length === turns.length) return whole;
  problems.error(
    'turn-shape',
    'Expected turns of role and parts, got something else; is this a file of samples?',
    `/turns/${turns.indexOf(undefined)}`,
  );
  return undefined;
}

function turnOf(value: JsonValue): Turn | undefined {
  if (!isJsonObject(value) || !isJsonList(value.parts)) return undefined;
  const role = roles.find((one) => one === value.role);
  const parts = value.parts.map(partOf);
  const whole = parts.filter((part) => part !== undefined);
  return role === undefined || whole.length < parts.length ? undefined : { role, parts: whole };
}

function partOf(value: JsonValue): Part | undefined {
  if (!isJsonObject(value)) return undefined;
  const { type, text, imageIndex, kind, boxes, convention, spelled } = value;
  if ((type === 'text' || type === 'ref') && typeof text === 'string') return { type, text };
  if (type === 'opaque' && typeof text === 'string' && typeof kind === 'string') return { type, kind, text };
  if (type === 'image' && typeof imageIndex === 'number') return { type, imageIndex };
  const meant = (['thousandths', 'fractions', 'pixels', 'pixels-xywh'] as const).find(
    (one) => one === convention,
  );
  if (type !== 'box' || meant === undefined || !isJsonList(boxes)) return undefined;
  const numbers = boxes.map((box) => (isJsonList(box) ? box.filter((one) => typeof one === 'number') : []));
  return {
    type,
    ...(kind === 'quad' && { kind }),
    boxes: numbers,
    convention: meant,
    ...(typeof spelled === 'string' && { spelled }),
  };
}

async function* rows(
  all: AsyncIterable<Sample>,
  { signal }: WriteFormatOptions = {},
): AsyncGenerator<JsonValue, void, undefined> {
  for await (const sample of all) {
    signal?.throwIfAborted();
    yield sampleRow(sample);
  }
}

/** A sample as JSON, bytes as base64. */
export function sampleRow(sample: Sample): JsonValue {
  const { images, turns, meta, ...fields } = sample;
  return {
    ...fields,
    images: images.map(({ bytes, ...image }) => ({
      ...image,
      ...(bytes !== undefined && { bytes: toBase64(bytes) }),
    })),
    turns: turns.map(({ role, parts }) => ({ role, parts: parts.map((part) => ({ ...part })) })),
    ...(meta !== undefined && { meta }),
  };
}
