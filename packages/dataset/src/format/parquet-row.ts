import { isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import type { Place } from '../sample/problem.js';
import { noProblems, type Reading } from '../sample/reading.js';
import type { ImageRef, Sample } from '../sample/sample.js';
import { toBase64 } from './base64.js';
import { gptNames, messageNames, readTurns } from './conversation.js';
import type { ReadFormatOptions } from './format.js';
import { addressOf } from './internvl.js';
import { rowFields, textList } from './row-fields.js';
import { RowProblems } from './row-problems.js';

const imageColumns: ReadonlySet<string> = new Set(['image', 'images']);
const taken: ReadonlySet<string> = new Set([
  'image',
  'images',
  'image_sizes',
  'messages',
  'conversations',
  'question',
  'answer',
  'meta',
]);

/** One row of a Parquet file as a sample. */
export function readParquetRow(
  row: Readonly<Record<string, unknown>>,
  place: Place,
  options: ReadFormatOptions = {},
): Reading {
  const problems = new RowProblems(place);
  const images = imagesOf(row, problems);
  const json: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(row)) {
    if (!imageColumns.has(name) && value !== undefined && value !== null) json[name] = jsonOf(value);
  }
  const meta = metaOf(json.meta);
  const fields = rowFields({ ...json, ...meta }, taken, place, options.lang);
  const finish = (turns: Sample['turns']): Reading => ({
    place,
    sample: { ...fields, images, turns },
    problems: problems.list.length === 0 ? noProblems : problems.list,
  });
  if (problems.failed) return { place, problems: problems.list };
  const names = json.conversations === undefined ? messageNames : gptNames;
  if (json.messages !== undefined || json.conversations !== undefined) {
    const rules = { single: false, userOnly: false };
    const turns = readTurns(json, names, images, rules, options, problems);
    return turns === undefined ? { place, problems: problems.list } : finish(turns);
  }
  const { question } = json;
  if (typeof question !== 'string') {
    problems.error(
      'columns-unknown',
      `Expected the columns conversations, messages, or question, got ${Object.keys(row).slice(0, 12).join(', ')}; rename them first.`,
    );
    return { place, problems: problems.list };
  }
  const [answer] = textList(json.answer) ?? [];
  const asked = images.map((_, imageIndex) => ({ type: 'image', imageIndex }) as const);
  const text = images.length > 0 ? `\n${question}` : question;
  return finish([
    { role: 'user', parts: [...asked, { type: 'text', text }] },
    ...(answer === undefined
      ? []
      : [{ role: 'assistant', parts: [{ type: 'text', text: answer }] } as const]),
  ]);
}

/** `image` or `images`: structs of bytes and path, paths, or bytes alone. */
function imagesOf(row: Readonly<Record<string, unknown>>, problems: RowProblems): readonly ImageRef[] {
  const value = row.images ?? row.image ?? [];
  const sizes = Array.isArray(row.image_sizes) ? row.image_sizes : [];
  const images: ImageRef[] = [];
  for (const [index, item] of (Array.isArray(value) ? value : [value]).entries()) {
    const image = imageOf(item);
    if (image === undefined) {
      const shown = typeof item === 'string' ? item.slice(0, 40) : item === null ? 'null' : typeof item;
      problems.error(
        'image-shape',
        `Expected an image as a struct of bytes and path, got ${shown}; was the column written as text?`,
        `/images/${index}`,
      );
      continue;
    }
    const [width, height] = Array.isArray(sizes[index]) ? sizes[index].map(Number) : [];
    images.push({ ...image, ...(width !== undefined && height !== undefined && { width, height }) });
  }
  return images;
}

function imageOf(item: unknown): ImageRef | undefined {
  // A struct that was turned into text is no path, and must not pass for one.
  if (typeof item === 'string') return /^\s*\{/.test(item) ? undefined : addressOf(item);
  if (item instanceof Uint8Array) return { bytes: item };
  if (typeof item !== 'object' || item === null) return undefined;
  const bytes = 'bytes' in item && item.bytes instanceof Uint8Array ? item.bytes : undefined;
  const path = 'path' in item && typeof item.path === 'string' ? item.path : undefined;
  if (bytes === undefined && path === undefined) return undefined;
  return { ...(path !== undefined && addressOf(path)), ...(bytes !== undefined && { bytes }) };
}

function metaOf(value: JsonValue | undefined): JsonObject {
  if (isJsonObject(value)) return value;
  if (typeof value !== 'string') return {};
  try {
    const parsed: JsonValue = JSON.parse(value);
    return isJsonObject(parsed) ? parsed : { meta: parsed };
  } catch {
    return { meta: value };
  }
}

/** A value of Parquet as JSON: whole numbers as numbers where they are exact, dates as ISO, bytes as base64. */
function jsonOf(value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return toBase64(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (isNumbers(value)) return Array.from(value, jsonOf);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOf(item)]));
}

/** Typed arrays, of vectors for instance. */
function isNumbers(value: object): value is Iterable<unknown> {
  return ArrayBuffer.isView(value) && Symbol.iterator in value;
}
