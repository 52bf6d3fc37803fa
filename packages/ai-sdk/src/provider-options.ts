import type { SharedV3ProviderOptions, SharedV3Warning } from '@ai-sdk/provider';
import { InternVLError } from '@internvl/backend';
import type { AnswerOptions } from '@internvl/chat';

/** What `providerOptions.internvl` of a call may say: options of a chat that the AI SDK has no name for. */
export interface InternVLProviderOptions
  extends Pick<
    AnswerOptions,
    | 'minTiles'
    | 'maxTiles'
    | 'thumbnail'
    | 'exif'
    | 'minP'
    | 'repetitionPenalty'
    | 'labels'
    | 'keepGrounding'
    | 'chunkTokens'
    | 'logprobs'
  > {
  /** A grammar in GBNF that the answer keeps to. */
  readonly grammar?: string | undefined;
}

/** What `providerOptions.internvl` of an image part may say. */
export interface InternVLImageOptions {
  /** Most tiles of this image without its thumbnail. */
  readonly maxTiles?: number | undefined;
}

type Check = (value: unknown) => boolean;

const number: Check = (value) => typeof value === 'number';
const flag: Check = (value) => typeof value === 'boolean';
const numbers: Check = (value) => number(value) || (Array.isArray(value) && value.every(number));

const CHECKS: Readonly<Record<keyof InternVLProviderOptions, readonly [Check, string]>> = {
  minTiles: [number, 'a number'],
  maxTiles: [numbers, 'a number or one for each image'],
  thumbnail: [flag, 'true or false'],
  exif: [flag, 'true or false'],
  minP: [number, 'a number'],
  repetitionPenalty: [number, 'a number'],
  labels: [(value) => value === 'auto' || value === 'none', "'auto' or 'none'"],
  keepGrounding: [flag, 'true or false'],
  chunkTokens: [number, 'a number'],
  logprobs: [number, 'a number'],
  grammar: [(value) => typeof value === 'string', 'a text'],
};

/**
 * Reads `providerOptions.internvl` of a call; a name that says nothing to us is warned about.
 *
 * @throws `invalid-option` for a value of the wrong type; the chat checks the values themselves
 */
export function readProviderOptions(
  options: SharedV3ProviderOptions | undefined,
  warnings: SharedV3Warning[],
): InternVLProviderOptions {
  const known: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options?.internvl ?? {})) {
    if (value === undefined) continue;
    if (!isKnown(name)) {
      warnings.push({ type: 'unsupported', feature: `providerOptions.internvl.${name}` });
      continue;
    }
    const [check, expected] = CHECKS[name];
    if (!check(value)) throw mistyped(name, expected, value);
    known[name] = value;
  }
  return known;
}

/** Most tiles of one image, where its part says so. @throws `invalid-option` */
export function readImageOptions(options: SharedV3ProviderOptions | undefined): InternVLImageOptions {
  const maxTiles = options?.internvl?.maxTiles;
  if (maxTiles === undefined) return {};
  if (typeof maxTiles === 'number') return { maxTiles };
  throw mistyped('maxTiles', 'a number', maxTiles);
}

function isKnown(name: string): name is keyof InternVLProviderOptions {
  return Object.hasOwn(CHECKS, name);
}

function mistyped(name: string, expected: string, value: unknown): InternVLError {
  return new InternVLError(
    'invalid-option',
    `Expected providerOptions.internvl.${name} as ${expected}, got ${JSON.stringify(value)}; change it.`,
    { option: name, value },
  );
}
