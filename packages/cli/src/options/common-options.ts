import { InternVLError } from '@internvl/backend';
import type { LoadOptions } from '@internvl/chat';
import { parsePrecision, precisionNames } from '@internvl/checkpoint';
import type { OptionTable } from './option-table.js';
import type { OptionsOf } from './options.js';
import { usageError } from './usage-error.js';

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

export const precisionOption = {
  precision: {
    type: 'string',
    value: [...precisionNames, 'auto'].join('|'),
    help: 'How weights are stored; one name, or VISION+LLM as int8+q4, or with four bits in table and head as int8+q4+q4. auto goes by the device and the memory. Default: fp32, or what a converted folder has.',
  },
} as const satisfies OptionTable;

/** For commands that run a model. */
export const runtimeOptions = {
  backend: {
    type: 'string',
    value: 'NAME',
    help: 'cpu, native (the CPU, with koffi installed), webgpu, cuda, dml, coreml or reference. Default: the best that works here.',
  },
  ...precisionOption,
  threads: { type: 'string', value: 'N', help: 'Threads of the runtime. Default: its own choice.' },
  'ignore-memory': {
    type: 'boolean',
    help: 'Load a model that takes more memory than is free, instead of refusing it.',
  },
  ...cacheOption,
} as const satisfies OptionTable;

const backends = ['cpu', 'native', 'webgpu', 'cuda', 'dml', 'coreml', 'reference'] as const;

/**
 * The precision asked for, as `parsePrecision` reads it; undefined for `auto`.
 *
 * @throws `usage`
 */
export function precisionOf(options: OptionsOf<typeof precisionOption>): string | undefined {
  const text = options.text('precision') ?? 'auto';
  if (text === 'auto') return undefined;
  try {
    parsePrecision(text);
  } catch (error) {
    if (!InternVLError.is(error)) throw error;
    const choices = [...precisionNames, 'auto'];
    throw usageError(
      `Expected --precision as one of ${choices.join(', ')}, or two as vision+llm, with a language model in blocks also +q4 for four bits in table and head (q8+q4+q4), got '${text}'; pass one of them.`,
      { option: 'precision', value: text, choices },
    );
  }
  return text;
}

/** What the runtime options ask of `load`. */
export function runtimeOf(
  options: OptionsOf<typeof runtimeOptions>,
): Pick<LoadOptions, 'backend' | 'precision' | 'threads' | 'cache' | 'checkMemory'> {
  return {
    backend: options.choice('backend', backends),
    // Left out, it is fp32; auto goes by the device.
    precision: options.text('precision') === 'auto' ? 'auto' : precisionOf(options),
    threads: options.number('threads', { least: 1, whole: true }),
    cache: options.text('cache'),
    checkMemory: !options.flag('ignore-memory'),
  };
}
