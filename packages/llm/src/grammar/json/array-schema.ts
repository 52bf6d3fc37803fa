import { type GrammarNode, literal, repeat, sequence } from '../node.js';
import type { Compile } from './compile.js';
import { countOf, listOf, type SchemaObject } from './json-schema.js';
import { comma, listed, space } from './json-text.js';
import { below, unsupported } from './unsupported.js';

/**
 * An array: `prefixItems`, all of them, and items behind. Where there are `prefixItems` and no `items`, nothing is written behind
 * them.
 */
export function arrayOf(schema: SchemaObject, pointer: string, compile: Compile): GrammarNode {
  const prefix = listOf(schema, 'prefixItems', pointer);
  const min = countOf(schema, 'minItems', pointer) ?? 0;
  const max = countOf(schema, 'maxItems', pointer) ?? Number.POSITIVE_INFINITY;
  const { items } = schema;
  if (Array.isArray(items))
    throw unsupported(below(pointer, 'items'), 'one schema; a list is prefixItems', items);
  const item = compile(items ?? prefix.length === 0, below(pointer, 'items'));
  if (prefix.length === 0) return listed('[', ']', item, min, max);
  const first = prefix
    .slice(0, max)
    .map((schema, index) => compile(schema, below(below(pointer, 'prefixItems'), index)));
  const [head = sequence(), ...others] = first;
  const further = repeat(sequence(comma, item), Math.max(0, min - first.length), max - first.length);
  return sequence(
    literal('['),
    space,
    head,
    ...others.map((node) => sequence(comma, node)),
    further,
    space,
    literal(']'),
  );
}
