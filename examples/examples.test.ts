import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
const programs = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

/** Runs one program as its README says and gives its exit status and everything it printed. */
function run(program: string, signal: AbortSignal): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--conditions=@internvl/source', '--import', 'tsx', `examples/${program}`],
      { cwd: fileURLToPath(new URL('..', import.meta.url)), signal },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}

test.each(programs)('examples/%s runs', { timeout: 180_000 }, async (program) => {
  const controller = new AbortController();
  try {
    const { status, output } = await run(program, controller.signal);
    expect(status, output).toBe(0);
    expect(output).not.toBe('');
  } finally {
    controller.abort();
  }
});
