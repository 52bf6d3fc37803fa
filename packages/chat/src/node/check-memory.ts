import type { ModelConfig } from '@internvl/checkpoint';
import { parsePrecision, plannedBytes, precisionNames } from '@internvl/checkpoint';
import type { LoadOptions } from '../load-options.js';
import { type MemoryPlan, planMemory } from '../memory/memory-plan.js';
import { assertMemory, memoryWords } from '../memory/memory-words.js';

/** A model that is about to be loaded. */
export interface WeighedModel {
  readonly config: ModelConfig;
  /** Hub id, or name of the folder. */
  readonly name: string;
  readonly precision: string;
  /** Bytes of its stored weights; planned when left out. */
  readonly storedBytes?: number | undefined;
}

/** Compares a model with the free memory. */
export type CheckMemory = (model: WeighedModel) => Promise<void>;

/**
 * Plans the memory of a model before it is loaded: refuses one that does not fit, or only tells when the caller wants it all
 * the same.
 *
 * @param freeMemory bytes that are free
 * @throws when called, `memory-short`
 */
export function memoryChecker(
  { checkMemory = true, onNote }: Pick<LoadOptions, 'checkMemory' | 'onNote'>,
  freeMemory: () => Promise<number>,
): CheckMemory {
  return async ({ config, name, precision, storedBytes }) => {
    const freeBytes = await freeMemory();
    const plan = planMemory(config, {
      precision,
      storedBytes: storedBytes ?? (await plannedBytes(config, parsePrecision(precision))),
      freeBytes,
    });
    if (plan.fits) return;
    const others = await memoryPlans(config, freeBytes);
    if (checkMemory) assertMemory(plan, name, others);
    else onNote?.(`${name} ${memoryWords(plan, others)}.`);
  };
}

/**
 * What a model takes in every precision that a processor is quick in, from its description alone.
 *
 * @param freeBytes memory that is free
 */
export async function memoryPlans(config: ModelConfig, freeBytes?: number): Promise<readonly MemoryPlan[]> {
  const plans: MemoryPlan[] = [];
  for (const precision of precisionNames) {
    // Quantised weights with products in float16 are for GPUs.
    if (precision.endsWith('f16')) continue;
    const storedBytes = await plannedBytes(config, precision);
    plans.push(planMemory(config, { precision, storedBytes, freeBytes }));
  }
  return plans;
}
