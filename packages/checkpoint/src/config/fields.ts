import { InternVLError } from '@internvl/backend';

const MAX_COUNT = 2 ** 31 - 1;

/**
 * A JSON object of a configuration file, read field by field. A field that is absent or `null` takes the fallback; one of
 * the wrong kind is an error that names it in full (`config.json: llm_config.hidden_size`).
 */
export class Fields {
  readonly path: string;
  readonly #values: ReadonlyMap<string, unknown>;

  /**
   * @param path how messages call this object: `'config.json'`, `'config.json: llm_config'`
   * @throws `config-invalid` when `value` is not an object
   */
  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw configInvalid(path, 'an object', value);
    }
    this.path = path;
    this.#values = new Map(Object.entries(value));
  }

  get(name: string): unknown {
    return this.#values.get(name) ?? undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  fieldPath(name: string): string {
    return this.path.includes(': ') ? `${this.path}.${name}` : `${this.path}: ${name}`;
  }

  invalid(name: string, expected: string): InternVLError {
    return configInvalid(this.fieldPath(name), expected, this.get(name));
  }

  /** A whole number from 1 up to `limit`. */
  count(name: string, fallback?: number, limit: number = MAX_COUNT): number {
    const value = this.#take(name, fallback);
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= limit) return value;
    throw this.invalid(name, limit === MAX_COUNT ? 'a positive integer' : `an integer from 1 to ${limit}`);
  }

  /** Any whole number. */
  integer(name: string, fallback?: number): number {
    const value = this.#take(name, fallback);
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw this.invalid(name, 'an integer');
  }

  /** A finite number above zero. */
  positive(name: string, fallback?: number): number {
    const value = this.#take(name, fallback);
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    throw this.invalid(name, 'a number above 0');
  }

  flag(name: string, fallback?: boolean): boolean {
    const value = this.#take(name, fallback);
    if (typeof value === 'boolean') return value;
    throw this.invalid(name, 'true or false');
  }

  text(name: string, fallback?: string): string {
    const value = this.#take(name, fallback);
    if (typeof value === 'string') return value;
    throw this.invalid(name, 'a string');
  }

  /** One of `choices`. */
  choice<const C extends string>(name: string, choices: readonly C[], fallback?: C): C {
    const value = this.#take(name, fallback);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.invalid(name, `one of ${choices.join(', ')}`);
    return found;
  }

  /** Finite numbers, `length` of them. */
  numbers(name: string, length: number): number[] {
    const value = this.#take(name, undefined);
    const fits =
      Array.isArray(value) &&
      value.length === length &&
      value.every((entry): entry is number => typeof entry === 'number' && Number.isFinite(entry));
    if (!fits) throw this.invalid(name, `a list of ${length} numbers`);
    return value;
  }

  /** A side of a square in pixels, given as a number or as two equal numbers. */
  side(name: string, fallback?: number): number {
    const value = this.#take(name, fallback);
    const sides: unknown[] = Array.isArray(value) ? value : [value, value];
    const [height, width] = sides;
    const fits = sides.length === 2 && typeof height === 'number' && Number.isInteger(height) && height >= 1;
    if (!fits || height !== width) throw this.invalid(name, 'a positive integer, or the same one twice');
    return height;
  }

  /** A nested object; an empty one where it is absent and may be. */
  object(name: string, fallback?: object): Fields {
    return new Fields(this.#take(name, fallback), this.fieldPath(name));
  }

  /** The first of `architectures`. */
  architecture(): string | undefined {
    const list = this.get('architectures');
    if (list === undefined) return undefined;
    const first: unknown = Array.isArray(list) ? list[0] : undefined;
    if (typeof first !== 'string')
      throw this.invalid('architectures', 'a list that starts with a class name');
    return first;
  }

  #take(name: string, fallback: unknown): unknown {
    return this.get(name) ?? fallback;
  }
}

/** `config-invalid` with field, expectation and what was found, all as facts too. */
export function configInvalid(field: string, expected: string, found: unknown): InternVLError {
  const shown = found === undefined ? 'nothing' : abbreviate(JSON.stringify(found));
  return new InternVLError(
    'config-invalid',
    `Expected ${field} to be ${expected}, found ${shown}; take the file as it was published, or correct that field.`,
    { field, expected, found },
  );
}

function abbreviate(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
