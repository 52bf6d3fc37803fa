import { parseArgs } from 'node:util';
import type { FlagName, OptionTable, TextName } from './option-table.js';
import { Options, type OptionsOf } from './options.js';
import { usageError } from './usage-error.js';

/** What a command line came apart into. */
export interface ParsedLine<T extends OptionTable> {
  readonly options: OptionsOf<T>;
  readonly positionals: readonly string[];
}

/**
 * Parses what follows a command's name. An option named in `trails` also takes the words right behind its value, up
 * to the next option, so that a shell can expand `--frame clip/*.png`.
 *
 * @throws `usage` for an unknown option, a missing value, a value where there is none to give, or a repeated option.
 */
export function parseOptions<T extends OptionTable>(
  args: readonly string[],
  table: T,
  trails?: string,
): ParsedLine<T> {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(table).map(([name, { type }]) => [name, { type }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  let trailing: string[] | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      (trailing ?? positionals).push(token.value);
      continue;
    }
    trailing = undefined;
    if (token.kind === 'option-terminator') continue;
    const { name, rawName, value } = token;
    const spec = Object.hasOwn(table, name) && rawName.startsWith('--') ? table[name] : undefined;
    if (spec === undefined) throw unknownOption(rawName, table);
    if (spec.type === 'boolean') {
      if (value !== undefined) {
        throw usageError(`Expected ${rawName} without a value, got '${value}'; leave the value out.`, {
          option: name,
          value,
        });
      }
      values.set(name, []);
      continue;
    }
    if (value === undefined || (token.inlineValue === false && value.startsWith('--'))) {
      throw usageError(
        `Expected a value after ${rawName}, got ${value === undefined ? 'none' : `'${value}'`}; write ${rawName}=VALUE.`,
        { option: name },
      );
    }
    const given = values.get(name) ?? [];
    if (given.length > 0 && !spec.multiple) {
      throw usageError(`Expected ${rawName} once, got it again with '${value}'; leave one out.`, {
        option: name,
        value,
      });
    }
    given.push(value);
    values.set(name, given);
    if (name === trails) trailing = given;
  }
  return { options: new Options<FlagName<T>, TextName<T>>(values), positionals };
}

function unknownOption(rawName: string, table: OptionTable) {
  const known = Object.keys(table).map((name) => `--${name}`);
  const near = known.find((name) => name.startsWith(rawName) || rawName.startsWith(name));
  const remedy = near === undefined ? 'see --help for those there are' : `did you mean ${near}?`;
  return usageError(`Expected a known option, got '${rawName}'; ${remedy}`.replace(/([^?])$/, '$1.'), {
    option: rawName,
    known,
  });
}
