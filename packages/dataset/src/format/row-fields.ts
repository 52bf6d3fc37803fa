import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import type { Place } from '../sample/problem.js';
import type { Sample } from '../sample/sample.js';
import type { RowProblems } from './row-problems.js';

const factFields = ['lang', 'task', 'source', 'license', 'split'] as const;
type Fact = (typeof factFields)[number];

/**
 * A row's id and facts, and what is left of it as `meta`. An id that is no text is kept in `meta.id`, so that it is
 * written back as it was; a row without one is called by its file and place.
 */
export function rowFields(
  row: JsonObject,
  taken: ReadonlySet<string>,
  place: Place,
  lang?: string,
): Pick<Sample, 'id' | Fact | 'meta'> {
  const facts: { -readonly [K in Fact]?: string } = lang === undefined ? {} : { lang };
  const meta: Record<string, JsonValue> = {};
  let own = false;
  let id: string | undefined;
  for (const key of Object.keys(row)) {
    if (taken.has(key)) continue;
    const value = row[key];
    if (value === undefined) continue;
    if (key === 'id') {
      if (typeof value === 'string') id = value;
      else {
        if (typeof value === 'number') id = String(value);
        put(meta, key, value);
        own = true;
      }
      continue;
    }
    const fact = factFields.find((field) => field === key);
    if (fact !== undefined && typeof value === 'string') facts[fact] = value;
    else {
      put(meta, key, value);
      own = true;
    }
  }
  return { id: id ?? idOf(place), ...facts, ...(own && { meta }) };
}

/** What a row that has no id is called. */
export function idOf({ file, line, row }: Place): string {
  const stem = file.replace(/^.*[\\/]/, '').replace(/\..*$/, '');
  return `${stem === '' ? 'row' : stem}:${line ?? row ?? 0}`;
}

/** The other way round: id and facts in front, `meta` behind, as rows are written. */
export function frontFields(sample: Sample): Record<string, JsonValue> {
  const { id, meta } = sample;
  const written = meta?.id;
  return { id: typeof written === 'number' && String(written) === id ? written : id };
}

/** Facts and `meta` of a sample; `taken` names are the row's own. */
export function backFields(sample: Sample, taken: ReadonlySet<string>): Record<string, JsonValue> {
  const fields: Record<string, JsonValue> = {};
  for (const field of factFields) {
    const value = sample[field];
    if (value !== undefined && !taken.has(field)) fields[field] = value;
  }
  for (const [key, value] of Object.entries(sample.meta ?? {})) {
    if (key !== 'id' && !taken.has(key)) put(fields, key, value);
  }
  return fields;
}

/** `__proto__` is a key like any other in JSON. */
function put(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}

/** A list of texts, or one text as a list; undefined for anything else. */
export function textList(value: JsonValue | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (isJsonList(value)) {
    const texts = value.filter((item) => typeof item === 'string');
    return texts.length === value.length ? texts : undefined;
  }
  return value === undefined || value === null ? [] : undefined;
}

/** A size in pixels, where the value is one. */
export function pixels(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** The row as an object, or a problem. */
export function rowObject(value: JsonValue | undefined, problems: RowProblems): JsonObject | undefined {
  if (isJsonObject(value)) return value;
  problems.error(
    'row-shape',
    `Expected a JSON object, got ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value}; is this the right format?`,
    '',
  );
  return undefined;
}
