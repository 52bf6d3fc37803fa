import { DatasetError } from '../error.js';
import type { LossReduction } from './loss-weight.js';
import type { PackItem } from './pack-item.js';

/** What a packer must keep to. The defaults are those of InternVL2.5's training scripts. */
export interface PackOptions {
  /** Tokens of one pack at most: 16384. */
  readonly maxTokens?: number | undefined;
  /** Tiles of one pack at most: 48. */
  readonly maxTiles?: number | undefined;
  /** Packs that are open at a time: 20. */
  readonly openPacks?: number | undefined;
  /** `square` by default. */
  readonly lossReduction?: LossReduction | undefined;
  /**
   * Told of a sample that fits no pack by itself, which is left out: packing never cuts a sample, and so never an image. Thrown as
   * `sample-too-large` when left out.
   */
  readonly onTooLarge?: ((item: PackItem, limits: PackLimits) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PackLimits {
  readonly maxTokens: number;
  readonly maxTiles: number;
}

export interface CheckedPackOptions extends PackLimits {
  readonly openPacks: number;
  readonly lossReduction: LossReduction;
  /** False, and reported, for a sample that is too large or not what it says. */
  fits(item: PackItem): boolean;
}

/** @throws `invalid-option` for limits below 1 */
export function checkedPackOptions(options: PackOptions): CheckedPackOptions {
  const { maxTokens = 16_384, maxTiles = 48, openPacks = 20, lossReduction = 'square', onTooLarge } = options;
  for (const [option, value] of Object.entries({ maxTokens, maxTiles, openPacks })) {
    if (!Number.isInteger(value) || value < (option === 'openPacks' ? 0 : 1)) {
      throw new DatasetError(
        'invalid-option',
        `Expected ${option} to be a whole number from ${option === 'openPacks' ? 0 : 1} on, got ${value}.`,
        { option, value },
      );
    }
  }
  const limits = { maxTokens, maxTiles };
  return {
    ...limits,
    openPacks,
    lossReduction,
    fits(item) {
      if (item.ids.length !== item.labels.length) throw uneven(item);
      if (item.ids.length <= maxTokens && item.tiles <= maxTiles) return true;
      if (!onTooLarge) throw tooLarge(item, limits);
      onTooLarge(item, limits);
      return false;
    },
  };
}

function uneven({ id, ids, labels }: PackItem): DatasetError {
  return new DatasetError(
    'invalid-option',
    `Expected as many labels as ids in sample ${id}, got ${labels.length} for ${ids.length}; label it again.`,
    { id, ids: ids.length, labels: labels.length },
  );
}

function tooLarge({ id, ids, tiles }: PackItem, { maxTokens, maxTiles }: PackLimits): DatasetError {
  return new DatasetError(
    'sample-too-large',
    `Expected at most ${maxTokens} tokens and ${maxTiles} tiles, got ${ids.length} and ${tiles} in sample ${id}; allow it fewer tiles, shorten it, or leave such samples out with onTooLarge.`,
    { id, tokens: ids.length, tiles, maxTokens, maxTiles },
  );
}
