import type { Backend } from '@internvl/backend';
import { type ModelConfig, parsePrecision, plannedBytes } from '@internvl/checkpoint';
import { hasHalves } from '../loading/assert-halves.js';
import { type Processor, precisionOrder } from '../loading/precision-order.js';
import { type MemoryPlan, planMemory } from '../memory/memory-plan.js';
import { memoryWords } from '../memory/memory-words.js';

/** A precision, and why it was chosen. */
export interface ChosenPrecision {
  /** As `parsePrecision` reads it. */
  readonly precision: string;
  /** A sentence for people. */
  readonly words: string;
}

/** Why a processor's precisions are in their order. */
const reasons: Readonly<Record<Processor, string>> = {
  cpu: 'images and prompts are fastest as integers of eight bits',
  wasm: 'images and prompts are fastest as integers of eight bits, and it has no kernel for four',
  gpu: 'four bits are the least to read for each token',
  'gpu-with-halves': 'four bits are the least to read for each token, and it multiplies half floats',
};

/**
 * What `precision: 'auto'` means for a model on a backend: the first of `precisionOrder` that fits into the free memory, else
 * the one that needs the least. A backend that nothing is known of gets `fp32`.
 *
 * @param freeMemory memory that is free, bytes; not asked for a device with memory of its own
 */
export async function choosePrecision(
  config: ModelConfig,
  backend: Backend,
  freeMemory: () => Promise<number>,
): Promise<ChosenPrecision> {
  const processor = await processorOf(backend);
  if (processor === undefined) {
    return { precision: 'fp32', words: `fp32 on ${backend.name}: nothing is known of what is faster there.` };
  }
  const freeBytes = backend.capabilities.deviceTensors ? undefined : await freeMemory();
  const plans: MemoryPlan[] = [];
  for (const precision of precisionOrder(processor, config)) {
    const storedBytes = await plannedBytes(config, parsePrecision(precision));
    plans.push(planMemory(config, { precision, storedBytes, freeBytes }));
  }
  const least = plans.reduce((best, plan) => (plan.neededBytes < best.neededBytes ? plan : best));
  const chosen = plans.find(({ fits }) => fits) ?? least;
  const passed = plans.slice(0, plans.indexOf(chosen)).map((plan) => ` ${memoryWords(plan)}.`);
  const words = `${chosen.precision} on ${backend.name}: ${reasons[processor]}; ${memoryWords(chosen)}.${passed.join('')}`;
  return { precision: chosen.precision, words };
}

/** What a backend computes with, by the device in its name; a backend of somebody else's may be anything. */
async function processorOf(backend: Backend): Promise<Processor | undefined> {
  const [, runtime, device] = /^ort-(node|native|web):(\w+)/.exec(backend.name) ?? [];
  if (device === 'cpu') return 'cpu';
  if (device === 'wasm') return 'wasm';
  // Core ML has no operator for blocks, and what is quick there was not measured.
  const gpu = device === 'webgpu' || (runtime === 'node' && (device === 'cuda' || device === 'dml'));
  if (!gpu) return undefined;
  return (await hasHalves(backend)) ? 'gpu-with-halves' : 'gpu';
}
