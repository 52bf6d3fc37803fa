import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** A process that waits for a message to convert, as `convert-in-child` says; it ends with the test at the latest. */
export async function startConversion(...args: string[]): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./convert-in-child.ts', import.meta.url));
  const started = fork(script, args, {
    cwd: root,
    execArgv: ['--conditions=@internvl/source', '--import', 'tsx'],
  });
  onTestFinished(() => void started.kill('SIGKILL'));
  await once(started, 'message');
  return started;
}
