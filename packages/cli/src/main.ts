import { readFile } from 'node:fs/promises';
import { type Command, formatOf } from './command.js';
import { usageError } from './options/usage-error.js';
import { reportError } from './report-error.js';
import { table } from './terminal/help.js';
import type { Surroundings } from './terminal/surroundings.js';

interface Entry {
  readonly summary: string;
  /** Commands are loaded when they are run: `internvl --help` needs none of them. */
  load(): Promise<Command>;
}

const commands: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  [
    'chat',
    {
      summary: 'Answer about images, once or in a conversation.',
      load: async () => (await import('./commands/chat.js')).chat,
    },
  ],
  [
    'trace',
    {
      summary: 'Write every stage of one answer to a file.',
      load: async () => (await import('./commands/trace.js')).trace,
    },
  ],
  [
    'features',
    {
      summary: 'Run the vision encoder alone.',
      load: async () => (await import('./commands/features.js')).features,
    },
  ],
  [
    'tile',
    {
      summary: 'Show how an image is cut into tiles.',
      load: async () => (await import('./commands/tile.js')).tile,
    },
  ],
  [
    'tokenize',
    {
      summary: 'Turn text into ids, or back.',
      load: async () => (await import('./commands/tokenize.js')).tokenize,
    },
  ],
  [
    'inspect',
    {
      summary: 'Say what a checkpoint is.',
      load: async () => (await import('./commands/inspect.js')).inspect,
    },
  ],
  [
    'convert',
    {
      summary: 'Write a checkpoint as ONNX graphs.',
      load: async () => (await import('./commands/convert.js')).convert,
    },
  ],
  [
    'data',
    {
      summary: 'Prepare bilingual data: pairs, validation, translation, packing, …',
      load: async () => (await import('./commands/data.js')).data,
    },
  ],
  [
    'serve',
    {
      summary: "Serve a model over OpenAI's HTTP interface, with a page to try it.",
      load: async () => (await import('./commands/serve.js')).serve,
    },
  ],
  [
    'bench',
    {
      summary: 'Measure every stage of answering on this machine.',
      load: async () => (await import('./commands/bench.js')).bench,
    },
  ],
  [
    'doctor',
    {
      summary: 'Try what works here and say what to install.',
      load: async () => (await import('./commands/doctor.js')).doctor,
    },
  ],
]);

/** Runs one command line and gives its exit status. Never throws. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    return await dispatch(args, surroundings);
  } catch (error) {
    return reportError(error, surroundings, { format: formatOf(args), debug: args.includes('--debug') });
  }
}

async function dispatch([name, ...rest]: readonly string[], surroundings: Surroundings): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    surroundings.stdout.write(overview());
    return 0;
  }
  if (name === '--version') {
    surroundings.stdout.write(`${await version()}\n`);
    return 0;
  }
  const known = [...commands.keys()];
  if (name === undefined || name.startsWith('-')) {
    throw usageError(
      `Expected a command, got ${name === undefined ? 'none' : `'${name}'`}; write one of ${known.join(', ')}, or --help.`,
      { known },
    );
  }
  const entry = commands.get(name);
  if (entry === undefined) {
    throw usageError(`Expected one of ${known.join(', ')}, got '${name}'; see internvl --help.`, {
      command: name,
      known,
    });
  }
  const command = await entry.load();
  return command.run(rest, surroundings);
}

function overview(): string {
  const rows = [...commands].map(([name, { summary }]) => [name, summary] as const);
  return [
    'Usage: internvl COMMAND …\n\nAnswers about images with InternVL checkpoints, on this machine.\n\nCommands:\n',
    table(rows),
    '\nMODEL is a folder as Hugging Face publishes it, a Hub id (OpenGVLab/InternVL2-1B, optional @revision),\n',
    'or nano, a tiny model that comes with this command. Each command has a --help of its own.\n',
  ].join('');
}

async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw new Error('package.json has no version');
}
