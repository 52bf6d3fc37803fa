import { isJsonObject, type JsonValue } from '../sample/json.js';
import type { Problem } from '../sample/problem.js';
import { rowObject } from './row-fields.js';
import { RowProblems } from './row-problems.js';

/** One data set of a meta file. Source: `shell/data/*.json`. */
export interface MetaDataset {
  readonly root: string;
  /** Ends in `jsonl`. */
  readonly annotation: string;
  readonly data_augment?: boolean;
  /** Below 1 the first part of the rows, above 1 a whole number of repetitions. */
  readonly repeat_time?: number;
  readonly length?: number;
  readonly max_dynamic_patch?: number;
  readonly [other: string]: JsonValue | undefined;
}

/**
 * Reads a meta file: data sets by name.
 *
 * @returns the entries that are whole, and the problems of the others
 */
export function readMeta(
  text: string,
  file: string,
): { readonly entries: ReadonlyMap<string, MetaDataset>; readonly problems: readonly Problem[] } {
  const problems = new RowProblems({ file });
  const entries = new Map<string, MetaDataset>();
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (error) {
    problems.error(
      'json-invalid',
      `Expected a JSON object of data sets, got something else (${String(error)}); mend the file.`,
    );
    return { entries, problems: problems.list };
  }
  for (const [name, entry] of Object.entries(rowObject(value, problems) ?? {})) {
    const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const { root, annotation, repeat_time: repeat } = isJsonObject(entry) ? entry : {};
    if (!isJsonObject(entry) || typeof root !== 'string' || typeof annotation !== 'string') {
      problems.error('meta-shape', 'Expected root and annotation as texts, got none; write them.', pointer);
      continue;
    }
    if (!annotation.endsWith('jsonl')) {
      problems.error(
        'meta-annotation',
        `Expected an annotation that ends in jsonl, got ${annotation}; convert it.`,
        `${pointer}/annotation`,
      );
      continue;
    }
    if (
      repeat !== undefined &&
      !(typeof repeat === 'number' && repeat > 0 && (repeat <= 1 || Number.isInteger(repeat)))
    ) {
      problems.error(
        'meta-repeat',
        `Expected repeat_time as a number up to 1, or a whole one, got ${JSON.stringify(repeat)}; the loaders disagree on others.`,
        `${pointer}/repeat_time`,
      );
      continue;
    }
    entries.set(name, { ...entry, root, annotation });
  }
  return { entries, problems: problems.list };
}

/** A meta file for data sets by name. */
export function writeMeta(entries: Iterable<readonly [string, MetaDataset]>): string {
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
