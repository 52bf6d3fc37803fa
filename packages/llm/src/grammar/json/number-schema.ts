import type { GrammarNode } from '../node.js';
import type { SchemaObject } from './json-schema.js';
import { anyNumber } from './json-text.js';
import { type Bound, boundDigits, decimalNumbers, wholeNumbers, writable } from './number-range.js';
import { below, unsupported } from './unsupported.js';

/** A number, within bounds where there are any. */
export function numberOf(schema: SchemaObject, whole: boolean, pointer: string): GrammarNode {
  const least = tighter(
    boundOf(schema, 'minimum', 1, whole, pointer),
    boundOf(schema, 'exclusiveMinimum', 1, whole, pointer),
    (a, b) => a > b,
  );
  const most = tighter(
    boundOf(schema, 'maximum', -1, whole, pointer),
    boundOf(schema, 'exclusiveMaximum', -1, whole, pointer),
    (a, b) => a < b,
  );
  if (whole) return wholeNumbers({ least, most });
  return least || most ? decimalNumbers({ least, most }) : anyNumber;
}

function boundOf(
  schema: SchemaObject,
  keyword: string,
  inwards: 1 | -1,
  whole: boolean,
  pointer: string,
): Bound | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw unsupported(below(pointer, keyword), 'a number', value);
  const reached = inwards * value <= Number.MAX_SAFE_INTEGER;
  if (reached && (whole || writable(value))) return { value, exclusive: keyword.startsWith('exclusive') };
  throw unsupported(
    below(pointer, keyword),
    `a bound of at most ${boundDigits} digits behind the point that safe integers reach`,
    value,
  );
}

function tighter(
  one: Bound | undefined,
  other: Bound | undefined,
  within: (a: number, b: number) => boolean,
): Bound | undefined {
  if (!one || !other) return one ?? other;
  if (one.value === other.value) return { value: one.value, exclusive: true };
  return within(one.value, other.value) ? one : other;
}
