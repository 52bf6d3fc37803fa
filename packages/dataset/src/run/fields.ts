import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';

/** What is wrong at one place of a document. */
export interface FieldProblem {
  /** JSON pointer. */
  readonly pointer: string;
  /** Expected, came. */
  readonly message: string;
}

/** Reads the fields of an object one by one and lists everything that is not as it should be. */
export class Fields {
  readonly problems: FieldProblem[];
  readonly #object: JsonObject;
  readonly #pointer: string;
  readonly #read = new Set<string>();

  constructor(value: JsonValue | undefined, pointer = '', problems: FieldProblem[] = []) {
    this.problems = problems;
    this.#pointer = pointer;
    this.#object = isJsonObject(value) ? value : {};
    if (!isJsonObject(value)) this.#complain('', 'an object', value);
  }

  text(name: string, fallback?: string): string {
    const value = this.#take(name);
    if (value === undefined && fallback !== undefined) return fallback;
    if (typeof value === 'string' && value !== '') return value;
    this.#complain(name, 'text', value);
    return '';
  }

  optionalText(name: string): string | undefined {
    return this.#object[name] === undefined ? this.#skip(name) : this.text(name);
  }

  /** A text or a list of them. */
  texts(name: string): readonly string[] {
    const value = this.#take(name);
    const list = typeof value === 'string' ? [value] : value;
    if (isJsonList(list) && list.length > 0 && list.every((item) => typeof item === 'string')) return list;
    this.#complain(name, 'text or a list of texts', value);
    return [];
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.#take(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined && value !== undefined)
      this.#complain(name, `one of ${choices.join(', ')}`, value);
    return found;
  }

  /** @param least smallest number that is fine */
  number(name: string, least: number, whole: boolean): number | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value >= least && (!whole || Number.isInteger(value))) return value;
    this.#complain(name, `a ${whole ? 'whole ' : ''}number from ${least} up`, value);
    return undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.#take(name);
    if (value === undefined || typeof value === 'boolean') return value;
    this.#complain(name, 'true or false', value);
    return undefined;
  }

  /** Texts by name. */
  record(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    const entries = isJsonObject(value) ? Object.entries(value) : [];
    const texts = entries.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : []));
    if (isJsonObject(value) && texts.length === entries.length) return Object.fromEntries(texts);
    this.#complain(name, 'an object of texts', value);
    return undefined;
  }

  object(name: string): JsonObject | undefined {
    const value = this.#take(name);
    if (value === undefined || isJsonObject(value)) return value;
    this.#complain(name, 'an object', value);
    return undefined;
  }

  /** The fields of an object within; undefined where there is none. */
  optionalFields(name: string): Fields | undefined {
    const value = this.#take(name);
    return value === undefined ? undefined : new Fields(value, `${this.#pointer}/${name}`, this.problems);
  }

  fields(name: string): Fields {
    return new Fields(this.#take(name), `${this.#pointer}/${name}`, this.problems);
  }

  /** Lists a problem of a field's meaning. */
  wrong(name: string, expected: string): void {
    this.#complain(name, expected, this.#object[name]);
  }

  /** Every field that nobody asked for is a problem: most are misspelt. */
  end(): void {
    for (const name of Object.keys(this.#object)) {
      if (!this.#read.has(name)) {
        this.problems.push({
          pointer: `${this.#pointer}/${name}`,
          message: `expected one of the fields ${[...this.#read].join(', ')}`,
        });
      }
    }
  }

  #take(name: string): JsonValue | undefined {
    this.#read.add(name);
    return this.#object[name];
  }

  #skip(name: string): undefined {
    this.#read.add(name);
  }

  #complain(name: string, expected: string, value: JsonValue | undefined): void {
    const came = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
    const pointer = name === '' ? this.#pointer : `${this.#pointer}/${name}`;
    this.problems.push({ pointer, message: `expected ${expected}, got ${came}` });
  }
}
