import type { DirectedPair, Pair, PairsSummary } from '../pairs/pair.js';
import type { Pairing } from '../pairs/pair-fields.js';
import { type PairsOptions, pairs as pairsOf } from '../pairs/pairs.js';
import type { Input } from '../source/input.js';
import { type OpenOptions, openSource } from './open-source.js';

/**
 * As `pairs` of the main entry, which it is; a text or a URL is a file's path, an `http(s):` or `s3:` address, or `-`
 * for standard input.
 *
 * @throws also `file-missing`, `file-unusable`, `network`
 */
export function pairs(
  file: string | URL | Input,
  options: PairsOptions & OpenOptions & { readonly pairing: readonly Pairing[] },
): AsyncGenerator<DirectedPair, PairsSummary, undefined>;
export function pairs(
  file: string | URL | Input,
  options?: PairsOptions & OpenOptions & { readonly pairing?: undefined },
): AsyncGenerator<Pair, PairsSummary, undefined>;
export function pairs(
  file: string | URL | Input,
  options?: PairsOptions & OpenOptions,
): AsyncGenerator<Pair | DirectedPair, PairsSummary, undefined>;
export async function* pairs(
  file: string | URL | Input,
  options: PairsOptions & OpenOptions = {},
): AsyncGenerator<Pair | DirectedPair, PairsSummary, undefined> {
  const input = typeof file === 'string' || file instanceof URL ? await openSource(file, options) : file;
  return yield* pairsOf(input, options);
}
