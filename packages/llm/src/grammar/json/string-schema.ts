import { type GrammarNode, repeat } from '../node.js';
import { formats } from './formats.js';
import { countOf, type SchemaObject } from './json-schema.js';
import { anyCharacter, quoted } from './json-text.js';
import { patternContent } from './pattern.js';
import { below, unsupported } from './unsupported.js';

/** A string: of a length in characters (code points), or as a pattern or a format says. */
export function stringOf(schema: SchemaObject, pointer: string): GrammarNode {
  const { pattern, format } = schema;
  const bounded = ['minLength', 'maxLength'].find((keyword) => schema[keyword] !== undefined);
  if (pattern === undefined && format === undefined) {
    const min = countOf(schema, 'minLength', pointer) ?? 0;
    const max = countOf(schema, 'maxLength', pointer) ?? Number.POSITIVE_INFINITY;
    return quoted(repeat(anyCharacter, min, max));
  }
  const keyword = pattern === undefined ? 'format' : 'pattern';
  if (bounded) throw unsupported(below(pointer, bounded), `no ${bounded} beside ${keyword}`, schema[bounded]);
  return quoted(
    patternContent(textOf(schema, pointer), (what) => {
      throw unsupported(
        below(pointer, 'pattern'),
        'a regular expression of characters, classes, groups, | and quantifiers',
        what,
      );
    }),
  );
}

/** The regular expression; a format beside a pattern is an annotation. */
function textOf({ pattern, format }: SchemaObject, pointer: string): string {
  if (pattern !== undefined) {
    if (typeof pattern === 'string') return pattern;
    throw unsupported(below(pointer, 'pattern'), 'a text', pattern);
  }
  const known = typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (known !== undefined) return known;
  throw unsupported(
    below(pointer, 'format'),
    `one of the formats ${Object.keys(formats).join(', ')}`,
    format,
  );
}
