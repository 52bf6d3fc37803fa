import { DatasetError } from '../error.js';
import { isJsonObject, type JsonValue } from '../sample/json.js';
import type { Sample } from '../sample/sample.js';

/**
 * How rows of two languages find each other: by `id`; by `image`, the n-th row of an image with the n-th row of the same image; or by
 * a list of ids, first file to second file.
 */
export type PairBy = 'id' | 'image' | ReadonlyMap<string, string>;

/** @returns a function that gives each row of one file, in order, the key its partner has; undefined where it has none */
export function pairKeys(by: PairBy, side: 'first' | 'second'): (sample: Sample) => string | undefined {
  if (by === 'id') return ({ id }) => id;
  if (by !== 'image') return ({ id }) => (side === 'second' ? id : by.get(id));
  const seen = new Map<string, number>();
  return ({ images }) => {
    const names = images.map(({ path, url }) => path ?? url ?? '').join('\n');
    const order = seen.get(names) ?? 0;
    seen.set(names, order + 1);
    return `${names}#${order}`;
  };
}

/**
 * An alignment file as a map: `{"id of the first": "id of the second", …}` or `[["first", "second"], …]`.
 *
 * @throws `alignment-invalid`
 */
export function readAlignment(value: JsonValue, name = 'the alignment file'): ReadonlyMap<string, string> {
  const entries = Array.isArray(value) ? value : isJsonObject(value) ? Object.entries(value) : undefined;
  const pairs = entries?.map((entry: JsonValue): readonly [string, string] | undefined => {
    if (!Array.isArray(entry) || entry.length !== 2) return undefined;
    const [first, second] = entry;
    return isId(first) && isId(second) ? [String(first), String(second)] : undefined;
  });
  if (pairs === undefined || pairs.some((pair) => pair === undefined)) {
    throw new DatasetError(
      'alignment-invalid',
      `Expected {"first id": "second id"} or [["first id", "second id"]] in ${name}, got something else; write it so.`,
      { file: name },
    );
  }
  return new Map(pairs.filter((pair) => pair !== undefined));
}

function isId(value: JsonValue | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
