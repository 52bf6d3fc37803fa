import type { FlagName, OptionTable, TextName } from './option-table.js';
import { usageError } from './usage-error.js';

/** The options of a table. */
export type OptionsOf<T extends OptionTable> = Options<FlagName<T>, TextName<T>>;

/** What a number may be. */
export interface NumberLimits {
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/** The options that came, read by name; a value that can't be right is wrong usage. */
export class Options<Flag extends string, Text extends string> {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  flag(name: Flag): boolean {
    return this.#values.has(name);
  }

  /** The value, or the last of several. */
  text(name: Text): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values, in order. */
  texts(name: Text): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  number(name: Text, limits: NumberLimits = {}): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseNumber(`--${name}`, text, limits);
  }

  choice<C extends string>(name: Text, choices: readonly C[]): C | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw usageError(`Expected --${name} as one of ${choices.join(', ')}, got '${text}'; pass one of them.`, {
      option: name,
      value: text,
      choices,
    });
  }
}

/** @throws `usage` when `text` is no number or outside the limits. */
export function parseNumber(
  name: string,
  text: string,
  { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, whole = false }: NumberLimits,
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && Number.isFinite(value) && (!whole || Number.isInteger(value))) {
    return value;
  }
  const kind = whole ? 'a whole number' : 'a number';
  const from = Number.isFinite(least) ? ` from ${least}` : '';
  const to = Number.isFinite(most) ? `${from ? '' : ' up'} to ${most}` : from ? ' up' : '';
  throw usageError(`Expected ${name} as ${kind}${from}${to}, got '${text}'; pass such a number.`, {
    option: name,
    value: text,
  });
}
