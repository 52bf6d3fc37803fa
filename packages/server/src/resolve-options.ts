import { InternVLError } from '@internvl/backend';
import type { ResolvedOptions, ServerOptions } from './server-options.js';

/** Fills in defaults. @throws `invalid-option` */
export function resolveOptions({ models, limits = {}, ...options }: ServerOptions): ResolvedOptions {
  if (Object.keys(models).length === 0) throw invalid('models', 'at least one model', 'none');
  if (options.keys?.some((key) => !/^\S+$/.test(key)) || options.keys?.length === 0) {
    throw invalid('keys', 'a list of keys without spaces, or none at all', 'an empty one');
  }
  return {
    ...options,
    origins: options.origins ?? [],
    running: atLeast('running', options.running, 8, 1),
    waiting: atLeast('waiting', options.waiting, 64, 0),
    deadlineMs: atLeast('deadlineMs', options.deadlineMs, 300_000, 1),
    limits: {
      bodyBytes: atLeast('limits.bodyBytes', limits.bodyBytes, 32 * 2 ** 20, 1),
      bodyMs: atLeast('limits.bodyMs', limits.bodyMs, 30_000, 1),
      stallMs: atLeast('limits.stallMs', limits.stallMs, 30_000, 1),
      heldBytes: atLeast('limits.heldBytes', limits.heldBytes, 256 * 2 ** 20, 1),
      messages: atLeast('limits.messages', limits.messages, 1000, 1),
      images: atLeast('limits.images', limits.images, 32, 0),
      pixels: atLeast('limits.pixels', limits.pixels, 50_000_000, 1),
      choices: atLeast('limits.choices', limits.choices, 8, 1),
      newTokens: atLeast('limits.newTokens', limits.newTokens, Number.MAX_SAFE_INTEGER, 1),
    },
    defaults: options.defaults ?? {},
    logText: options.logText ?? false,
    clock: options.clock ?? Date.now,
  };
}

function atLeast(option: string, value: number | undefined, fallback: number, least: number): number {
  if (value === undefined) return fallback;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw invalid(option, `a whole number of at least ${least}`, String(value));
}

function invalid(option: string, expected: string, got: string): InternVLError {
  return new InternVLError(
    'invalid-option',
    `Expected ${option} as ${expected}, got ${got}; change it or leave it out.`,
    { option, value: got },
  );
}
