/** One option of a command, as it is parsed and as `--help` shows it. */
interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** May be given several times. */
  readonly multiple?: true;
  /** What `--help` calls the value: `N`, `FILE`. */
  readonly value?: string;
  readonly help: string;
}

/** Options by name, without the dashes. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

export type FlagName<T extends OptionTable> = {
  [N in keyof T & string]: T[N]['type'] extends 'boolean' ? N : never;
}[keyof T & string];

export type TextName<T extends OptionTable> = {
  [N in keyof T & string]: T[N]['type'] extends 'string' ? N : never;
}[keyof T & string];
