import { isJsonObject, type JsonValue } from '../sample/json.js';
import { kindOf, shown } from './check-turns.js';
import type { Facts } from './finding.js';
import { escapePointer } from './json-inspection.js';
import type { RuleCode } from './rule-table.js';

/** A data set of a meta file, as it describes itself. */
export interface MetaEntry {
  readonly name: string;
  readonly root: string;
  readonly annotation: string;
  readonly length: number | undefined;
}

/** Something wrong in a meta file. */
export interface MetaProblem {
  readonly code: RuleCode;
  readonly line: number;
  readonly pointer: string;
  readonly message: string;
  readonly excerpt: string;
  readonly facts: Facts;
}

/**
 * Reads InternVL's meta file: `{ "name": { "root", "annotation", "data_augment", "repeat_time", "length" } }`.
 *
 * @param text the file, for the lines of what is wrong
 * @see `build_datasets` in OpenGVLab/InternVL `internvl_chat/internvl/train/internvl_chat_finetune.py`
 */
export function checkMeta(
  meta: JsonValue,
  text: string,
): { readonly entries: readonly MetaEntry[]; readonly problems: readonly MetaProblem[] } {
  const entries: MetaEntry[] = [];
  const problems: MetaProblem[] = [];
  if (!isJsonObject(meta)) {
    const message = `Expected an object with one entry per data set, got ${kindOf(meta)}.`;
    return {
      entries,
      problems: [{ code: 'meta-invalid', line: 1, pointer: '', message, excerpt: shown(meta), facts: {} }],
    };
  }
  for (const [name, entry] of Object.entries(meta)) {
    const line = lineOf(text, name);
    const pointer = `/${escapePointer(name)}`;
    const add = (code: RuleCode, field: string, message: string, value: JsonValue | undefined): void => {
      problems.push({
        code,
        line,
        pointer: field === '' ? pointer : `${pointer}/${field}`,
        message,
        excerpt: shown(value),
        facts: { dataset: name, ...(field !== '' && { field }) },
      });
    };
    if (!isJsonObject(entry)) {
      add('meta-invalid', '', `Expected an object, got ${kindOf(entry)}.`, entry);
      continue;
    }
    const { root, annotation, data_augment: augment, repeat_time: repeat, length } = entry;
    if (typeof root !== 'string')
      add('meta-invalid', 'root', `Expected the folder of the images, got ${kindOf(root)}.`, root);
    if (augment !== undefined && typeof augment !== 'boolean') {
      add('meta-invalid', 'data_augment', `Expected true or false, got ${kindOf(augment)}.`, augment);
    }
    if (typeof repeat !== 'number' || !(repeat > 0)) {
      add(
        'meta-invalid',
        'repeat_time',
        `Expected a number above 0, got ${shown(repeat) || 'nothing'}.`,
        repeat,
      );
    } else if (repeat > 1 && !Number.isInteger(repeat)) {
      add('meta-repeat', 'repeat_time', `Expected a whole number above 1, got ${repeat}.`, repeat);
    }
    if (length !== undefined && !(typeof length === 'number' && Number.isInteger(length) && length >= 0)) {
      add('meta-invalid', 'length', `Expected a number of rows, got ${shown(length)}.`, length);
    }
    if (typeof annotation !== 'string' || !annotation.endsWith('jsonl')) {
      add(
        'meta-invalid',
        'annotation',
        `Expected a file name that ends in jsonl, got ${shown(annotation) || 'nothing'}.`,
        annotation,
      );
      continue;
    }
    entries.push({
      name,
      root: typeof root === 'string' ? root : '',
      annotation,
      length: typeof length === 'number' ? length : undefined,
    });
  }
  return { entries, problems };
}

function lineOf(text: string, key: string): number {
  const at = text.indexOf(JSON.stringify(key));
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
}
