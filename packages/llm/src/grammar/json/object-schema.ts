import { characters, commonCharacters, otherCharacters } from '../characters.js';
import { choice, empty, type GrammarNode, literal, literals, optional, repeat, sequence } from '../node.js';
import type { Compile } from './compile.js';
import { listOf, type SchemaObject } from './json-schema.js';
import { anyString, comma, plainCharacters, property, quoted, space } from './json-text.js';
import { annotations, isObject } from './keywords.js';
import { below, unsupported } from './unsupported.js';

/** Characters that a property's name may have beside others of its object. */
const LONGEST_NAME = 200;
const many = Number.POSITIVE_INFINITY;

/** A property that is listed. */
interface Listed {
  readonly node: GrammarNode;
  readonly required: boolean;
}

/**
 * An object: the listed properties in the order of the schema, optional ones or not, and behind them any others. Where the
 * schema lists properties and does not say `additionalProperties`, none are written: what is valid without them is valid.
 */
export function objectOf(schema: SchemaObject, pointer: string, compile: Compile): GrammarNode {
  const properties = propertiesOf(schema, pointer);
  const required = requiredOf(schema, pointer);
  const { additionalProperties: further } = schema;
  const furtherPointer = below(pointer, 'additionalProperties');
  const undeclared = required.filter((name) => !Object.hasOwn(properties, name));
  const other = () => compile(further ?? true, furtherPointer);
  const listed: Listed[] = [
    ...Object.entries(properties).map(([name, value]) => ({
      node: property(
        literal(JSON.stringify(name)),
        compile(value, below(below(pointer, 'properties'), name)),
      ),
      required: required.includes(name),
    })),
    ...undeclared.map((name) => ({ node: property(literal(JSON.stringify(name)), other()), required: true })),
  ];
  const names = [...Object.keys(properties), ...undeclared];
  const open = further !== false && (further !== undefined || names.length === 0);
  const extra = open ? property(nameBeside(names, schema, pointer, compile), other()) : undefined;
  return sequence(literal('{'), space, inOrder(listed, extra), space, literal('}'));
}

function inOrder(listed: readonly Listed[], extra: GrammarNode | undefined): GrammarNode {
  /** What may follow when something is written already, and when nothing is. */
  let behind: GrammarNode = extra ? repeat(sequence(comma, extra), 0, many) : empty;
  let first: GrammarNode = extra ? optional(sequence(extra, behind)) : empty;
  for (const { node, required } of [...listed].reverse()) {
    const next = sequence(comma, node, behind);
    const opening = sequence(node, behind);
    first = required ? opening : choice(opening, first);
    behind = required ? next : choice(next, behind);
  }
  return first;
}

/**
 * The name of a property that is none of `names` and as `propertyNames` says. Beside names that are listed that may be any text, or one
 * of some.
 */
function nameBeside(
  names: readonly string[],
  schema: SchemaObject,
  pointer: string,
  compile: Compile,
): GrammarNode {
  const { propertyNames } = schema;
  const at = below(pointer, 'propertyNames');
  if (propertyNames === undefined) return nameBut(names, pointer);
  if (!isObject(propertyNames)) throw unsupported(at, 'a schema', propertyNames);
  const { type = 'string', enum: some, ...others } = propertyNames;
  if (type !== 'string') throw unsupported(below(at, 'type'), 'string', type);
  const bare = Object.keys(others).every((keyword) => annotations.has(keyword));
  if (bare && some === undefined) return nameBut(names, pointer);
  if (names.length === 0) return compile({ ...propertyNames, type }, at);
  const outside = names.find((name) => !Array.isArray(some) || !some.includes(name));
  if (!bare || outside !== undefined) {
    throw unsupported(at, 'names of any text, or a list with every name beside it', propertyNames);
  }
  const left = listOf(propertyNames, 'enum', at).filter(
    (name) => typeof name === 'string' && !names.includes(name),
  );
  return literals(left.map((name) => JSON.stringify(name)));
}

/** The name of a property that is none of `names`; where there are any, spelt without escapes. */
function nameBut(names: readonly string[], pointer: string): GrammarNode {
  if (names.length === 0) return anyString;
  const long = names.find((name) => name.length > LONGEST_NAME);
  if (long !== undefined) {
    throw unsupported(
      below(below(pointer, 'properties'), long),
      `names of at most ${LONGEST_NAME} characters beside additionalProperties`,
      long,
    );
  }
  const points = names.map((name) => Array.from(name, (character) => character.codePointAt(0)!));
  return quoted(textBut(points, 0));
}

function textBut(names: readonly (readonly number[])[], at: number): GrammarNode {
  const groups = new Map<number, (readonly number[])[]>();
  for (const name of names) {
    const point = name[at];
    if (point !== undefined) groups.set(point, [...(groups.get(point) ?? []), name]);
  }
  const ends = names.some((name) => name.length === at) ? [] : [empty];
  const taken = [...groups.keys()].flatMap((point) => [point, point]);
  const differs = characters(commonCharacters(otherCharacters(taken), plainCharacters));
  return choice(
    ...ends,
    sequence(differs, repeat(characters(plainCharacters), 0, many)),
    ...[...groups].map(([point, group]) =>
      sequence(characters(commonCharacters([point, point], plainCharacters)), textBut(group, at + 1)),
    ),
  );
}

function propertiesOf({ properties = {} }: SchemaObject, pointer: string): SchemaObject {
  if (isObject(properties)) return properties;
  throw unsupported(below(pointer, 'properties'), 'schemas by name', properties);
}

function requiredOf(schema: SchemaObject, pointer: string): readonly string[] {
  return [
    ...new Set(
      listOf(schema, 'required', pointer).map((name, index) => {
        if (typeof name === 'string') return name;
        throw unsupported(below(below(pointer, 'required'), index), 'the name of a property', name);
      }),
    ),
  ];
}
