import { below, unsupported } from './unsupported.js';

/** A JSON Schema as plain data. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** A schema with keywords. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** A keyword that is a count, undefined where it is not there. */
export function countOf(schema: SchemaObject, keyword: string, pointer: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw unsupported(below(pointer, keyword), 'a whole number of 0 or more', value);
}

/** A keyword that is a list. */
export function listOf(schema: SchemaObject, keyword: string, pointer: string): readonly unknown[] {
  const value = schema[keyword] ?? [];
  if (Array.isArray(value)) return value;
  throw unsupported(below(pointer, keyword), 'a list', value);
}
