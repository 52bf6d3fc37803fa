import type { LoadOptions } from '@internvl/chat';
import type { OptionTable } from './option-table.js';
import type { OptionsOf } from './options.js';

/** Options that every command has. */
export const globalOptions = {
  json: { type: 'boolean', help: 'Print one JSON document to standard output, and nothing else.' },
  debug: { type: 'boolean', help: 'With an error, print where it came from.' },
  help: { type: 'boolean', help: 'Print this help.' },
} as const satisfies OptionTable;

/** For commands that can report step by step. */
export const streamingOption = {
  jsonl: { type: 'boolean', help: 'Print one JSON object per line, as results come.' },
} as const satisfies OptionTable;

export const cacheOption = {
  cache: {
    type: 'string',
    value: 'DIR',
    help: 'Folder for converted models. Default: the user cache folder.',
  },
} as const satisfies OptionTable;

const precisions = ['fp32', 'fp16', 'auto'] as const;

export const precisionOption = {
  precision: {
    type: 'string',
    value: precisions.join('|'),
    help: 'How weights are stored; arithmetic is float32. Default: auto, which is fp32.',
  },
} as const satisfies OptionTable;

/** For commands that run a model. */
export const runtimeOptions = {
  backend: {
    type: 'string',
    value: 'NAME',
    help: 'cpu, webgpu, cuda, dml, coreml or reference. Default: the best that works here.',
  },
  ...precisionOption,
  threads: { type: 'string', value: 'N', help: 'Threads of the runtime. Default: its own choice.' },
  ...cacheOption,
} as const satisfies OptionTable;

const backends = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml', 'reference'] as const;

/** The precision asked for; `auto` is decided here. */
export function precisionOf(options: OptionsOf<typeof precisionOption>): 'fp32' | 'fp16' {
  return options.choice('precision', precisions) === 'fp16' ? 'fp16' : 'fp32';
}

/** What the runtime options ask of `load`. */
export function runtimeOf(
  options: OptionsOf<typeof runtimeOptions>,
): Pick<LoadOptions, 'backend' | 'precision' | 'threads' | 'cache'> {
  return {
    backend: options.choice('backend', backends),
    precision: precisionOf(options),
    threads: options.number('threads', { least: 1, whole: true }),
    cache: options.text('cache'),
  };
}
