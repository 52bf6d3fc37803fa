import { randomIds } from './serve-contestant.js';

/** Prompts of so many ids below `vocabulary`, none of which begins as another one. */
export function differentPrompts(count: number, tokens: number, vocabulary: number): readonly number[][] {
  const all = randomIds(count * tokens, vocabulary);
  return Array.from({ length: count }, (_, index) => [
    index % vocabulary,
    ...all.slice(index * tokens, (index + 1) * tokens - 1),
  ]);
}

/** Does the work of all tasks, so many at once; each worker is told apart by its number. */
export async function withWorkers<T>(
  workers: number,
  tasks: readonly T[],
  run: (task: T, worker: number) => Promise<void>,
): Promise<void> {
  const rest = tasks.values();
  const worker = async (_: unknown, number: number) => {
    for (const task of rest) await run(task, number);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
