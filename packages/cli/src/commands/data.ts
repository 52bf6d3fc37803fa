import type { Command } from '../command.js';
import { usageError } from '../options/usage-error.js';
import { table } from '../terminal/help.js';

interface Entry {
  readonly summary: string;
  /** Loaded when it is run, as commands are. */
  load(): Promise<Command>;
}

/** One file each in `data/`; an entry is added when the subcommand works. */
const subcommands: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  [
    'validate',
    {
      summary: 'Hold training rows against every rule; report, set apart or mend.',
      load: async () => (await import('./data/validate.js')).validate,
    },
  ],
  [
    'clean',
    {
      summary: 'Take out duplicates, evaluation data, loops and personal data.',
      load: async () => (await import('./data/clean.js')).clean,
    },
  ],
  [
    'stats',
    {
      summary: 'Count tokens, tiles, languages and answers.',
      load: async () => (await import('./data/stats.js')).stats,
    },
  ],
  [
    'convert',
    {
      summary: 'Turn data from one format into another.',
      load: async () => (await import('./data/convert.js')).convert,
    },
  ],
  [
    'split',
    {
      summary: 'Split data into parts, no image in two of them.',
      load: async () => (await import('./data/split.js')).split,
    },
  ],
  [
    'pairs',
    {
      summary: 'Print the question and answer pairs of a table.',
      load: async () => (await import('./data/pairs.js')).pairs,
    },
  ],
  [
    'translate',
    {
      summary: 'Translate conversations with a language model, checked and resumable.',
      load: async () => (await import('./data/translate.js')).translate,
    },
  ],
  [
    'run',
    {
      summary: 'Translate, validate or answer in shards, on one machine or many.',
      load: async () => (await import('./data/run.js')).run,
    },
  ],
  [
    'mix',
    {
      summary: 'Mix data sets in exact shares and a fixed order.',
      load: async () => (await import('./data/mix.js')).mix,
    },
  ],
  [
    'pack',
    {
      summary: 'Tokenize, label and pack rows into training sequences.',
      load: async () => (await import('./data/pack.js')).pack,
    },
  ],
  [
    'synth',
    {
      summary: 'Draw scenes with questions and answers in both languages.',
      load: async () => (await import('./data/synth.js')).synth,
    },
  ],
]);
export const data: Command = {
  async run([name, ...rest], surroundings) {
    if (name === '--help' || name === '-h' || name === 'help') {
      surroundings.stdout.write(overview());
      return 0;
    }
    const known = [...subcommands.keys()];
    const entry = name === undefined ? undefined : subcommands.get(name);
    if (entry === undefined) {
      const came = name === undefined ? 'none' : `'${name}'`;
      throw usageError(
        `Expected data with one of ${known.join(', ')}, got ${came}; see internvl data --help.`,
        { known },
      );
    }
    return (await entry.load()).run(rest, surroundings);
  },
};

function overview(): string {
  const rows = [...subcommands].map(([name, { summary }]) => [name, summary] as const);
  return [
    'Usage: internvl data COMMAND …\n\nBilingual image-and-text data: from a table to training data.\n\nCommands:\n',
    table(rows),
    '\nEach command has a --help of its own; --json and --jsonl make every one of them speak JSON.\n',
  ].join('');
}
