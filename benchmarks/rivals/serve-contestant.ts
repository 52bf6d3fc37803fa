import { createInterface } from 'node:readline';
import type { Introduction, Stage, Together } from './contestant.js';

/** What a contestant in JavaScript has. */
export interface Measures {
  readonly about: string;
  decode?(context: number, tokens: number): Promise<readonly number[]>;
  prefill?(tokens: number): Promise<number>;
  vision?(): Promise<number>;
  together?(work: Together): Promise<number>;
}

/** The child's side of `startContestant`: loads, then measures what each line of standard input asks for. */
export async function serveContestant(load: () => Promise<Measures>): Promise<void> {
  const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  try {
    const start = performance.now();
    const measures = await load();
    const stages = (['decode', 'prefill', 'vision', 'together'] as const).filter((stage) => measures[stage]);
    const ready: Introduction = { stages, about: measures.about, loadMs: performance.now() - start };
    say({ ready });
    for await (const line of createInterface({ input: process.stdin })) {
      const asked: Stage = JSON.parse(line);
      say({ ms: await measure(measures, asked) });
    }
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
  // Runtimes keep threads that would keep the process.
  process.exit();
}

async function measure(measures: Measures, asked: Stage): Promise<readonly number[]> {
  if (asked.stage === 'decode' && measures.decode) return measures.decode(asked.context, asked.tokens);
  if (asked.stage === 'prefill' && measures.prefill) return [await measures.prefill(asked.tokens)];
  if (asked.stage === 'vision' && measures.vision) return [await measures.vision()];
  if (asked.stage === 'together' && measures.together) return [await measures.together(asked)];
  throw new Error(`${asked.stage} is not measured here`);
}

/** Ids of a text of so many tokens that says nothing, below `vocabulary`; the same ones every time. */
export function randomIds(count: number, vocabulary: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * vocabulary);
  });
}
