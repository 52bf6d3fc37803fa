import type { AnswerDefaults, ServerOptions } from '@internvl/server/node';
import { generationOf, generationOptions } from './generation-options.js';
import type { OptionTable } from './option-table.js';
import type { OptionsOf } from './options.js';
import { tileOptions, tilesOf } from './tile-options.js';
import { usageError } from './usage-error.js';

/** Variable of the environment with the keys of a server, separated by commas. */
export const KEY_VARIABLE = 'INTERNVL_API_KEY';

/** How a server listens, whom it serves, how much it takes. */
export const servingOptions = {
  host: {
    type: 'string',
    value: 'ADDRESS',
    help: 'Address to listen on. Default: 127.0.0.1, for this machine alone; 0.0.0.0 is for everybody.',
  },
  port: { type: 'string', value: 'N', help: 'Port to listen on; 0 takes a free one. Default: 8000.' },
  name: {
    type: 'string',
    value: 'NAME',
    help: 'Name that clients ask for. Default: the last part of MODEL.',
  },
  origin: {
    type: 'string',
    multiple: true,
    value: 'ORIGIN',
    help: 'Origin whose pages may call (https://example.com), or *; may be given several times.',
  },
  'image-host': {
    type: 'string',
    multiple: true,
    value: 'HOST',
    help: 'Host that images may be fetched from, .example.com for all below, * for all public ones. Default: none.',
  },
  running: { type: 'string', value: 'N', help: 'Answers made at once. Default: 8.' },
  waiting: { type: 'string', value: 'N', help: 'Requests that may wait besides. Default: 64.' },
  deadline: { type: 'string', value: 'SECONDS', help: 'Longest time of a request. Default: 300.' },
  grace: {
    type: 'string',
    value: 'SECONDS',
    help: 'How long answers may go on after Ctrl-C. Default: 30.',
  },
  'log-text': { type: 'boolean', help: 'Put what is asked into the log.' },
} as const satisfies OptionTable;

const defaultsOptions = { ...generationOptions, ...tileOptions } as const;

/** Everything of `ServerOptions` that the command line says. */
export function servingOf(
  options: OptionsOf<typeof servingOptions>,
  env: Readonly<Record<string, string | undefined>>,
): Pick<ServerOptions, 'keys' | 'origins' | 'running' | 'waiting' | 'deadlineMs' | 'logText'> {
  const keys = (env[KEY_VARIABLE] ?? '').split(',').filter((key) => key !== '');
  const origins = options.texts('origin');
  const deadline = options.number('deadline', { least: 1 });
  return {
    ...(keys.length > 0 && { keys }),
    origins: origins.includes('*') ? '*' : origins,
    running: options.number('running', { least: 1, whole: true }),
    waiting: options.number('waiting', { least: 0, whole: true }),
    deadlineMs: deadline === undefined ? undefined : Math.round(deadline * 1000),
    logText: options.flag('log-text'),
  };
}

/** How answers are made where a request does not say. @throws `usage` for a list of tile limits */
export function defaultsOf(options: OptionsOf<typeof defaultsOptions>): AnswerDefaults {
  const { maxTiles, ...tiles } = tilesOf(options);
  if (maxTiles !== undefined && typeof maxTiles !== 'number') {
    throw usageError(
      'Expected --max-tiles as one number for a server, got a list; requests give each image its own.',
      {
        maxTiles,
      },
    );
  }
  return { ...generationOf(options), ...tiles, maxTiles };
}
