import type { SceneSplit } from './scene.js';

/** Every sixth word of a list is kept for held-out scenes; a training scene never has it. */
export function wordsFor<T>(list: readonly T[], split: SceneSplit): readonly T[] {
  return list.filter((_, index) => (index % 6 === 5) === (split === 'held-out'));
}

/** Whether a combination of two words is one that training never shows, although it shows both words. */
export function isHeldOutPair(first: number, second: number): boolean {
  return (first + 2 * second) % 7 === 0;
}
