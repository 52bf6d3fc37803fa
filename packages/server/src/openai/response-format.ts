import { badRequest } from '../api-error.js';
import type { Fields } from './fields.js';

/** The form an answer must have. @throws 400 */
export function readFormat(fields: Fields) {
  fields.refuse('grammar');
  const format = fields.object('response_format');
  if (!format) return {};
  const type = format.choice('type', ['text', 'json_object', 'json_schema']) ?? 'text';
  if (type === 'text') {
    format.done();
    return {};
  }
  throw badRequest(
    'unsupported_value',
    format.at('type'),
    `Expected ${format.at('type')} as text, got ${type}, which is not offered yet; ask for JSON in words.`,
  );
}
