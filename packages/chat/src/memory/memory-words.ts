import { InternVLError } from '@internvl/backend';
import { bestFitting, type MemoryPlan } from './memory-plan.js';

/**
 * A plan in a sentence: `needs 3.1 GB in fp32, 2.2 GB free: choose q4 (0.9 GB)`.
 *
 * @param others the same model in other precisions
 */
export function memoryWords(plan: MemoryPlan, others: readonly MemoryPlan[] = []): string {
  const { precision, neededBytes, freeBytes, fits } = plan;
  const needs = `needs ${gigabytes(neededBytes)} in ${precision}`;
  if (freeBytes === undefined) return needs;
  const free = `${needs}, ${gigabytes(freeBytes)} free`;
  if (fits) return free;
  const best = bestFitting(others);
  return best
    ? `${free}: choose ${best.precision} (${gigabytes(best.neededBytes)})`
    : `${free}: choose a smaller model`;
}

/** @throws `memory-short` when a plan does not fit; it names the best of the others that does */
export function assertMemory(plan: MemoryPlan, name: string, others: readonly MemoryPlan[]): void {
  if (plan.fits) return;
  const { precision, contextTokens, tiles, freeBytes, neededBytes } = plan;
  const { weightBytes, cacheBytes, activationBytes } = plan;
  const best = bestFitting(others);
  const remedy = best
    ? `choose precision ${best.precision}, which needs ${gigabytes(best.neededBytes)}`
    : 'choose a smaller model or free memory';
  throw new InternVLError(
    'memory-short',
    `Expected ${gigabytes(neededBytes)} of free memory for ${name} in ${precision} (weights ${gigabytes(weightBytes)}, ${contextTokens} tokens of cache ${gigabytes(cacheBytes)}, work on ${tiles} tiles ${gigabytes(activationBytes)}), got ${gigabytes(freeBytes ?? 0)}; ${remedy}, or load it all the same with checkMemory: false, on a command line --ignore-memory.`,
    {
      precision,
      neededBytes,
      freeBytes,
      weightBytes,
      cacheBytes,
      activationBytes,
      contextTokens,
      tiles,
      fitting: best?.precision,
    },
  );
}

function gigabytes(bytes: number): string {
  return bytes >= 95e6 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}
