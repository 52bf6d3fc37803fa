import type { JsonObject } from '../sample/json.js';
import { excerptAt, type FindingSink } from './finding.js';
import type { IdSet } from './id-set.js';

/** Whether a row has an id, and one of its own. */
export function checkId({ id }: JsonObject, line: number, ids: IdSet, sink: FindingSink): void {
  if (id === undefined || id === null || id === '') {
    sink.add('id-missing', '', 'Expected an id, there is none.', '');
    return;
  }
  if (typeof id !== 'string' && typeof id !== 'number') {
    const shown = excerptAt(JSON.stringify(id));
    sink.add('field-type', '/id', 'Expected an id as text or number, got another type.', shown);
    return;
  }
  const key = typeof id === 'string' ? id : String(id);
  const first = ids.add(key, line);
  if (first === 0) return;
  const shown = excerptAt(key);
  sink.add('id-duplicate', '/id', `Expected an id of its own, ${shown} is that of line ${first}.`, shown, {
    first,
  });
}
