import type { AnswerOptions } from '@internvl/chat';
import { badRequest } from '../api-error.js';
import { checkSchema } from './check-schema.js';
import type { Fields } from './fields.js';

type Format = Pick<AnswerOptions, 'responseFormat'>;

/** The form of an answer: OpenAI's `response_format`, or `grammar` in GBNF as llama.cpp takes it. @throws 400 */
export function readFormat(fields: Fields): Format {
  const grammar = fields.text('grammar');
  const format = fields.object('response_format');
  const read = format ? readJsonFormat(format, (named) => named.object('json_schema')) : {};
  if (grammar === undefined) return read;
  if (read.responseFormat) {
    throw badRequest(
      'invalid_value',
      'grammar',
      'Expected a grammar or a JSON format, got both; leave one out.',
    );
  }
  return { responseFormat: { type: 'grammar', grammar } };
}

/**
 * Reads `{ type, … }`, in which `schemaOf` finds the object with the schema: where it is differs between routes.
 *
 * @throws 400
 */
export function readJsonFormat(format: Fields, schemaOf: (format: Fields) => Fields | undefined): Format {
  format.needText('type');
  const type = format.choice('type', ['text', 'json_object', 'json_schema']);
  if (type !== 'json_schema') {
    format.done();
    return type === 'json_object' ? { responseFormat: { type: 'json' } } : {};
  }
  const named = schemaOf(format);
  if (!named)
    throw badRequest(
      'missing_required_parameter',
      format.at('json_schema'),
      'Expected a json_schema, got none.',
    );
  // Answers always keep to their schema, strict or not.
  named.ignore('name', 'description', 'strict');
  const schema = named.record('schema');
  checkSchema(schema, named.at('schema'));
  named.done();
  format.done();
  return { responseFormat: { type: 'json', schema } };
}
