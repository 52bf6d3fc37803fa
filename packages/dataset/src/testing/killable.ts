import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { kill } from './service.js';

/** A program of ours in a process of its own. */
export interface Killable {
  /** Ends by itself: status and everything it printed. */
  readonly ended: Promise<{ readonly status: number | null; readonly output: string }>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a TypeScript file beside this one with an argument of JSON. */
export function startProgram(name: string, argument: object): Killable {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=@internvl/source', '--import', 'tsx', file, JSON.stringify(argument)],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: fileURLToPath(new URL('../..', import.meta.url)) },
  );
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  return {
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, output }));
    }),
    kill: () => kill(child, 'SIGKILL'),
  };
}
