import { readFile } from 'node:fs/promises';
import { assertFormat, type ResponseFormat } from '@internvl/chat';
import type { OptionTable } from './option-table.js';
import type { OptionsOf } from './options.js';
import { usageError } from './usage-error.js';

/** The form an answer has to have. */
export const formatOptions = {
  schema: {
    type: 'string',
    value: 'FILE',
    help: 'JSON Schema: the answer is JSON that is valid by it.',
  },
  grammar: {
    type: 'string',
    value: 'FILE',
    help: 'Grammar in GBNF (root ::= "yes" | "no"): the answer matches it.',
  },
} as const satisfies OptionTable;

/**
 * The form asked for, known to be one that can be kept to; undefined for none.
 *
 * @throws `usage` for both at once and for a schema that is no JSON; `schema-unsupported`, `grammar-invalid`; what
 *   reading throws
 */
export async function formatOf(
  options: OptionsOf<typeof formatOptions>,
): Promise<ResponseFormat | undefined> {
  const [schema, grammar] = [options.text('schema'), options.text('grammar')];
  if (schema !== undefined && grammar !== undefined) {
    throw usageError('Expected --schema or --grammar, got both; leave one out.');
  }
  const format =
    schema !== undefined
      ? await jsonFormat(schema)
      : grammar !== undefined
        ? ({ type: 'grammar', grammar: await readFile(grammar, 'utf8') } as const)
        : undefined;
  if (format) assertFormat(format);
  return format;
}

async function jsonFormat(file: string): Promise<ResponseFormat> {
  const text = await readFile(file, 'utf8');
  try {
    return { type: 'json', schema: JSON.parse(text) };
  } catch (cause) {
    const came = cause instanceof Error ? cause.message : 'something else';
    throw usageError(`Expected a JSON Schema in ${file}, got no JSON: ${came}; mend the file.`, { file });
  }
}
