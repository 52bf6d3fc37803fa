import { badRequest } from '../api-error.js';

export interface NumberLimits {
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/**
 * The members of one object of a request, each read by its name and with its type; null counts as left out, as with
 * OpenAI. What nobody asked for at the end is refused, so that no wish is silently ignored.
 */
export class Fields {
  readonly path: string;
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #seen = new Set<string>();

  /** @throws 400 when `value` is no object */
  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw badRequest(
        'invalid_type',
        path,
        `Expected ${path === '' ? 'the body' : path} as an object, got ${kindOf(value)}.`,
      );
    }
    this.path = path;
    this.#values = new Map<string, unknown>(Object.entries(value));
  }

  /** Where a member is: `messages[0].content`. */
  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  /** Whatever is there; undefined for null. */
  raw(name: string): unknown {
    this.#seen.add(name);
    return this.#values.get(name) ?? undefined;
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'string') return value;
    throw this.wrongType(name, 'a string', value);
  }

  needText(name: string): string {
    return this.text(name) ?? this.#missing(name, 'a string');
  }

  flag(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.wrongType(name, 'a boolean', value);
  }

  number(name: string, { least, most, whole = false }: NumberLimits = {}): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || (whole && !Number.isInteger(value))) {
      throw this.wrongType(name, whole ? 'an integer' : 'a number', value);
    }
    if ((least !== undefined && value < least) || (most !== undefined && value > most)) {
      const range = [least !== undefined && `at least ${least}`, most !== undefined && `at most ${most}`];
      throw badRequest(
        'invalid_value',
        this.at(name),
        `Expected ${this.at(name)} of ${range.filter(Boolean).join(' and ')}, got ${value}.`,
      );
    }
    return value;
  }

  choice<C extends string>(name: string, choices: readonly C[]): C | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw badRequest(
      'invalid_value',
      this.at(name),
      `Expected ${this.at(name)} as one of ${choices.map((choice) => `'${choice}'`).join(', ')}, got '${value.slice(0, 40)}'.`,
    );
  }

  list(name: string, mostItems: number): readonly unknown[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.wrongType(name, 'a list', value);
    if (value.length > mostItems) {
      throw badRequest(
        'too_many_items',
        this.at(name),
        `Expected at most ${mostItems} items in ${this.at(name)}, got ${value.length}.`,
      );
    }
    return value;
  }

  object(name: string): Fields | undefined {
    const value = this.raw(name);
    return value === undefined ? undefined : new Fields(value, this.at(name));
  }

  /** An object with members of any name. */
  record(name: string): { readonly [member: string]: unknown } | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
    throw this.wrongType(name, 'an object', value);
  }

  /** Members that change nothing here: accounting, storing, hints about caches. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#seen.add(name);
  }

  /** Members that would change the answer, and cannot: refused unless they ask for nothing. */
  refuse(...names: readonly string[]): void {
    for (const name of names) {
      const value = this.raw(name);
      const idle =
        value === undefined ||
        value === false ||
        value === 0 ||
        value === 'none' ||
        value === 'auto' ||
        (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
      if (idle) continue;
      throw badRequest(
        'unsupported_parameter',
        this.at(name),
        `Expected no ${this.at(name)}: this server does not offer it; leave it out.`,
      );
    }
  }

  /** @throws 400 for a member that nobody has read */
  done(): void {
    for (const [name, value] of this.#values) {
      if (this.#seen.has(name) || value === null) continue;
      const known = this.at(name.slice(0, 80));
      throw badRequest(
        'unknown_parameter',
        known,
        `Expected no '${known}', it is not known here; leave it out.`,
      );
    }
  }

  wrongType(name: string, expected: string, value: unknown) {
    const where = this.at(name);
    return badRequest('invalid_type', where, `Expected ${where} as ${expected}, got ${kindOf(value)}.`);
  }

  #missing(name: string, expected: string): never {
    const where = this.at(name);
    throw badRequest('missing_required_parameter', where, `Expected ${where} as ${expected}, got none.`);
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
