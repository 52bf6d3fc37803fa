import { type Grammar, grammarOf } from '../grammar.js';
import { choice, type GrammarNode, literals, type RuleNode, rule } from '../node.js';
import { arrayOf } from './array-schema.js';
import { type JsonSchema, listOf, type SchemaObject } from './json-schema.js';
import { anyArray, anyBoolean, anyObject, anyValue, nothing } from './json-text.js';
import { annotations, isObject, isOfType, type JsonType, jsonTypes, keywordsOf } from './keywords.js';
import { numberOf } from './number-schema.js';
import { objectOf } from './object-schema.js';
import { schemaAt } from './schema-at.js';
import { stringOf } from './string-schema.js';
import { below, unsupported } from './unsupported.js';

/** Schemas in schemas, not counting references. */
const DEEPEST = 100;

/**
 * A grammar whose texts are JSON that is valid by a schema; without one, any object. Not all valid JSON is among them: the
 * README says what is left out.
 *
 * Keywords: `type`, `enum`, `const`, `anyOf`, `oneOf` (read as `anyOf`), `allOf` of one, `$ref` within the schema, also to itself;
 * `properties`, `required`, `additionalProperties`, `propertyNames`; `items`, `prefixItems`, `minItems`, `maxItems`; `minLength`,
 * `maxLength`, `pattern`, `format`; `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`. Annotations are passed over.
 *
 * @throws `schema-unsupported` for anything else, with `pointer`, a JSON pointer to it, in the facts.
 */
export function jsonSchemaGrammar(schema: JsonSchema = { type: 'object' }): Grammar {
  const root = new SchemaCompiler(schema).root();
  return grammarOf(root, () => unsupported('', 'a schema that some JSON is valid by', 'one that nothing is'));
}

class SchemaCompiler {
  readonly #schema: unknown;
  readonly #rules = new Map<string, RuleNode>();
  /** Schemas that were referred to and are still to be read. */
  readonly #pending: (() => void)[] = [];

  constructor(schema: unknown) {
    this.#schema = schema;
  }

  root(): GrammarNode {
    const root = this.#referred('#', '');
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) next();
    return root;
  }

  /** The rule of a schema that is referred to, made once, so that it may be part of itself. */
  #referred(reference: string, pointer: string): RuleNode {
    const known = this.#rules.get(reference);
    if (known) return known;
    const made = rule(reference);
    this.#rules.set(reference, made);
    const { schema, pointer: target } = schemaAt(this.#schema, reference, pointer);
    this.#pending.push(() => {
      made.body = this.#compile(schema, target, 0);
    });
    return made;
  }

  #compile(schema: unknown, pointer: string, depth: number): GrammarNode {
    if (depth > DEEPEST) throw unsupported(pointer, `at most ${DEEPEST} schemas in each other`, 'more');
    if (schema === true) return anyValue;
    if (schema === false) return choice();
    if (!isObject(schema)) throw unsupported(pointer, 'a schema', schema);
    const keywords = Object.keys(schema).filter(
      (keyword) => !annotations.has(keyword) && schema[keyword] !== undefined,
    );
    const inner = (part: unknown, at: string) => this.#compile(part, at, depth + 1);
    const alone = (keyword: string, ...others: readonly string[]) => {
      const extra = keywords.find((other) => other !== keyword && !others.includes(other));
      if (extra !== undefined)
        throw unsupported(below(pointer, extra), `no ${extra} beside ${keyword}`, schema[extra]);
    };
    if (schema.$ref !== undefined) {
      alone('$ref');
      const at = below(pointer, '$ref');
      if (typeof schema.$ref !== 'string') throw unsupported(at, 'a text', schema.$ref);
      return this.#referred(schema.$ref, at);
    }
    if (schema.const !== undefined) {
      alone('const', 'type');
      return this.#values([schema.const], schema, pointer);
    }
    if (schema.enum !== undefined) {
      alone('enum', 'type');
      return this.#values(listOf(schema, 'enum', pointer), schema, pointer);
    }
    for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
      if (schema[keyword] === undefined) continue;
      alone(keyword);
      const at = below(pointer, keyword);
      const options = listOf(schema, keyword, pointer);
      if (keyword === 'allOf' && options.length !== 1)
        throw unsupported(at, 'allOf with one schema', options.length);
      return { kind: 'choice', options: options.map((option, index) => inner(option, below(at, index))) };
    }
    const types = this.#types(schema, keywords, pointer);
    const known = new Set(['type', ...jsonTypes.flatMap((type) => keywordsOf[type])]);
    const strange = keywords.find((keyword) => !known.has(keyword));
    if (strange !== undefined) throw unsupported(below(pointer, strange), `a supported keyword`, strange);
    if (types === undefined) return anyValue;
    return choice(...types.map((type) => this.#typed(type, schema, keywords, pointer, inner)));
  }

  /** The types that a schema names, or that its keywords are about; undefined for any. */
  #types(
    schema: SchemaObject,
    keywords: readonly string[],
    pointer: string,
  ): readonly JsonType[] | undefined {
    if (schema.type === undefined) {
      const about = jsonTypes.filter((type) =>
        keywordsOf[type].some((keyword) => keywords.includes(keyword)),
      );
      const types = about.filter((type) => type !== 'integer');
      return types.length === 0 ? undefined : types;
    }
    const named = Array.isArray(schema.type) ? schema.type : [schema.type];
    return named.map((name) => {
      const type = jsonTypes.find((known) => known === name);
      if (type === undefined)
        throw unsupported(below(pointer, 'type'), `types out of ${jsonTypes.join(', ')}`, name);
      return type;
    });
  }

  #typed(
    type: JsonType,
    schema: SchemaObject,
    keywords: readonly string[],
    pointer: string,
    inner: (part: unknown, at: string) => GrammarNode,
  ): GrammarNode {
    const bare = !keywordsOf[type].some((keyword) => keywords.includes(keyword));
    switch (type) {
      case 'object':
        return bare ? anyObject : objectOf(schema, pointer, inner);
      case 'array':
        return bare ? anyArray : arrayOf(schema, pointer, inner);
      case 'string':
        return stringOf(schema, pointer);
      case 'number':
      case 'integer':
        return numberOf(schema, type === 'integer', pointer);
      case 'boolean':
        return anyBoolean;
      case 'null':
        return nothing;
    }
  }

  /** Exactly these values, as `JSON.stringify` writes them. */
  #values(values: readonly unknown[], schema: SchemaObject, pointer: string): GrammarNode {
    const types = this.#types(schema, [], pointer);
    const fit = values.filter((value) => types === undefined || types.some((type) => isOfType(value, type)));
    try {
      return literals(fit.map((value) => JSON.stringify(value)));
    } catch {
      throw unsupported(pointer, 'values that JSON can hold', 'others');
    }
  }
}
