import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a contestant is told to measure once. Tokens are random ids; contexts count those before the first step. */
export type Stage =
  | { readonly stage: 'decode'; readonly context: number; readonly tokens: number }
  | { readonly stage: 'prefill'; readonly tokens: number }
  | { readonly stage: 'vision' }
  | Together;

/** Greedy answers of so many tokens to prompts of so many, no two of which begin alike; so many are made at once. */
export interface Together {
  readonly stage: 'together';
  readonly answers: number;
  readonly atOnce: number;
  readonly prompt: number;
  readonly tokens: number;
}

/** What a contestant can be asked, and what it says of itself. */
export interface Introduction {
  readonly stages: readonly Stage['stage'][];
  /** Versions, kinds of kernels: whatever belongs beside the numbers. */
  readonly about: string;
  readonly loadMs: number;
}

/**
 * A program in a process of its own that measures itself when it is told to, so that contestants can take turns. It speaks lines of
 * JSON: `{"ready": Introduction}` first, then for each stage `{"ms": number[]}` or `{"error": text}`.
 */
export interface Contestant extends Introduction {
  readonly name: string;
  /** Milliseconds of each step (`decode`), or of the whole (`prefill`, `vision`, `together`). */
  measure(stage: Stage): Promise<readonly number[]>;
  /** Its process, to see what it costs. */
  readonly processId: number | undefined;
  close(): Promise<void>;
}

/** @throws what the program says where it cannot start */
export async function startContestant(
  name: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Contestant> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = `${complaints}${text}`.slice(-2000);
  });
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended: ${complaints.trim() || 'without a word'}`);
      // Libraries print to standard output too.
      if (!value.startsWith('{')) continue;
      const line: unknown = JSON.parse(value);
      if (typeof line !== 'object' || line === null) continue;
      const answer = { ...line };
      if ('error' in answer) throw new Error(`${name}: ${String(answer.error)}`);
      return answer;
    }
  };
  const { ready } = await read();
  return {
    name,
    ...introduction(name, ready),
    processId: child.pid,
    async measure(stage) {
      child.stdin.write(`${JSON.stringify(stage)}\n`);
      const { ms } = await read();
      if (Array.isArray(ms) && ms.every((each) => typeof each === 'number')) return ms;
      throw new Error(`${name} gave no times for ${stage.stage}`);
    },
    async close() {
      child.stdin.end();
      await closed;
    },
  };
}

const stageNames = ['decode', 'prefill', 'vision', 'together'] as const;

function introduction(name: string, ready: unknown): Introduction {
  if (typeof ready !== 'object' || ready === null) throw new Error(`${name} did not introduce itself`);
  const { stages, about, loadMs }: { stages?: unknown; about?: unknown; loadMs?: unknown } = ready;
  return {
    stages: stageNames.filter((stage) => Array.isArray(stages) && stages.includes(stage)),
    about: String(about),
    loadMs: Number(loadMs),
  };
}
