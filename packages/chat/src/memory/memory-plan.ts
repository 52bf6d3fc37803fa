import type { ModelConfig } from '@internvl/checkpoint';
import { type MemoryNeeds, memoryNeeds, usualUse } from './memory-needs.js';

export interface MemoryPlanOptions {
  /** How the weights are stored: `'fp32'`, `'q8+q4'`. */
  readonly precision: string;
  /** Bytes of the stored weights: the size of the data file, or `plannedBytes` of `@internvl/checkpoint` before there is one. */
  readonly storedBytes: number;
  /** Memory that is free, bytes; where it is not known, everything fits. */
  readonly freeBytes?: number | undefined;
  /** Tokens of prompt and answer; by default one image of the most tiles, a page of text and an answer of 1024 tokens. */
  readonly contextTokens?: number | undefined;
  /** Tiles of all images; by default the most of one image, with its thumbnail. */
  readonly tiles?: number | undefined;
}

/** What a model takes in a precision, and whether it fits. */
export interface MemoryPlan extends MemoryNeeds {
  readonly precision: string;
  /** Bytes of the weights on disk. */
  readonly storedBytes: number;
  readonly contextTokens: number;
  readonly tiles: number;
  readonly freeBytes?: number | undefined;
  readonly fits: boolean;
}

/**
 * What a model takes on a processor while one conversation runs, before anything of it is loaded. What a chat keeps beyond
 * that (`visionCacheBytes`, `prefixCacheBytes`) comes on top.
 *
 * @throws `invalid-option` for an unknown precision
 */
export function planMemory(config: ModelConfig, options: MemoryPlanOptions): MemoryPlan {
  const usual = usualUse(config);
  const { precision, storedBytes, freeBytes } = options;
  const { contextTokens = usual.contextTokens, tiles = usual.tiles } = options;
  const needs = memoryNeeds(config, { precision, storedBytes, contextTokens, tiles });
  const fits = freeBytes === undefined || needs.neededBytes <= freeBytes;
  return { ...needs, precision, storedBytes, contextTokens, tiles, freeBytes, fits };
}

/** The plan that gives up the least: the largest that fits. */
export function bestFitting(plans: readonly MemoryPlan[]): MemoryPlan | undefined {
  const fitting = plans.filter(({ fits }) => fits);
  return fitting.toSorted((one, other) => other.neededBytes - one.neededBytes)[0];
}
