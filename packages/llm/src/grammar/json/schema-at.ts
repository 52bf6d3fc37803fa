import { isObject } from './keywords.js';
import { below, unsupported } from './unsupported.js';

/**
 * The schema that a `$ref` names, and the JSON pointer to it.
 *
 * @throws `schema-unsupported` for a reference that leads out of the schema, or nowhere
 *
 * Source: RFC 6901
 */
export function schemaAt(root: unknown, reference: string, pointer: string) {
  if (reference !== '#' && !reference.startsWith('#/')) {
    throw unsupported(pointer, 'a reference into this schema, #/…', reference);
  }
  let schema = root;
  let target = '';
  for (const step of reference.split('/').slice(1)) {
    const key = unescaped(step, reference, pointer);
    const next: unknown = Array.isArray(schema)
      ? schema[Number(key)]
      : isObject(schema) && Object.hasOwn(schema, key)
        ? schema[key]
        : undefined;
    if (next === undefined) throw unsupported(pointer, 'a reference to a schema that is there', reference);
    schema = next;
    target = below(target, key);
  }
  return { schema, pointer: target };
}

function unescaped(step: string, reference: string, pointer: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    throw unsupported(pointer, 'a JSON pointer', reference);
  }
}
