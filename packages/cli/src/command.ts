import type { OptionTable } from './options/option-table.js';
import { type ParsedLine, parseOptions } from './options/parse-options.js';
import { helpFor } from './terminal/help.js';
import { Output, type OutputFormat } from './terminal/output.js';
import type { Surroundings } from './terminal/surroundings.js';

/** What a command gets to work with. */
interface Invocation<T extends OptionTable> extends ParsedLine<T> {
  readonly surroundings: Surroundings;
  readonly output: Output;
  readonly signal: AbortSignal;
}

interface CommandSpec<T extends OptionTable> {
  /** `tile IMAGE [--out DIR]`. */
  readonly usage: string;
  /** One line in the list of commands. */
  readonly summary: string;
  readonly options: T;
  /** Option that also takes the words behind its value. */
  readonly trails?: keyof T & string;
  /** @returns the exit status: 0 done, 1 something that was looked at is not as it should be. */
  run(invocation: Invocation<T>): Promise<0 | 1>;
}

/** A command whose option types are its own business. */
export interface Command {
  /**
   * @returns the exit status
   * @throws what the command throws; `usage` when the line is wrong
   */
  run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1>;
}

export function defineCommand<T extends OptionTable>(spec: CommandSpec<T>): Command {
  return {
    async run(args, surroundings) {
      if (asksForHelp(args)) {
        surroundings.stdout.write(helpFor(spec));
        return 0;
      }
      const parsed = parseOptions(args, spec.options, spec.trails);
      const output = new Output(surroundings, formatOf(args));
      try {
        return await spec.run({ ...parsed, surroundings, output, signal: surroundings.signal });
      } finally {
        output.progressDone();
      }
    },
  };
}

/** Read before anything is parsed, so that a wrong line is reported in the format it asks for. */
export function formatOf(args: readonly string[]): OutputFormat {
  const own = ownArguments(args);
  if (own.includes('--jsonl')) return 'jsonl';
  return own.includes('--json') ? 'json' : 'text';
}

function asksForHelp(args: readonly string[]): boolean {
  const own = ownArguments(args);
  return own.includes('--help') || own.includes('-h');
}

/** Up to `--`, behind which nothing is an option. */
function ownArguments(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}
