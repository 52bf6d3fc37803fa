import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const program = [
  '--conditions=@internvl/source',
  '--import',
  import.meta.resolve('tsx'),
  join(repository, 'packages/cli/src/internvl.ts'),
];

/** The folder of the shipped checkpoint. */
export const nano = dirname(createRequire(import.meta.url).resolve('@internvl/nano/config.json'));

/** What a run of the command left. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Leave standard input open. */
  readonly open?: boolean;
  /** The repository's folder by default. */
  readonly cwd?: string;
  /** Called once, when the program runs. */
  readonly start?: (child: ChildProcess) => Promise<void>;
  /** Called with everything on standard error so far, whenever more of it came. */
  readonly watch?: (stderr: string, child: ChildProcess) => void;
}

/** Runs `internvl` from source, with the environment of a plain shell. */
export function runCli(
  args: readonly string[],
  { env = {}, input, open = false, cwd = repository, start, watch }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...program, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      watch?.(stderr, child);
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    start?.(child).catch(reject);
    // The command may end before it has read all of it.
    child.stdin.on('error', () => {});
    if (!open) child.stdin.end(input);
  });
}

/** The one JSON document on standard output. */
export function documentOf({ stdout }: Ended): Record<string, unknown> {
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (lines.length !== 1) throw new Error(`expected one line of JSON, got ${lines.length}: ${stdout}`);
  return JSON.parse(lines[0] ?? '');
}

/** The objects of `--jsonl`. */
export function linesOf({ stdout }: Ended): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
