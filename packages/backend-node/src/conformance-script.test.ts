import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../scripts/conformance.ts', import.meta.url));

function conformance(...args: string[]): Promise<{ status: unknown; stdout: string; stderr: string }> {
  const command = ['--conditions=@internvl/source', '--import', 'tsx', script, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, stdout, stderr }),
    );
  });
}

// A device that this platform never has.
const missing = process.platform === 'darwin' ? 'dml' : 'coreml';

test.each([
  ['a device that is missing', ['--backend', missing], 1, 'device-missing: Expected '],
  ['a server that is not there', ['--url', 'http://127.0.0.1:1'], 1, 'network: Expected '],
  ['a backend that is none', ['--backend', 'abacus'], 2, 'invalid-option: Expected '],
  ['an option that is none', ['--colour'], 2, 'invalid-option: '],
])('%s is one line and a status', async (_, args, status, begins) => {
  const ended = await conformance(...args);
  expect(ended).toMatchObject({ status, stdout: '' });
  expect(ended.stderr).toMatch(new RegExp(`^conformance: ${begins}.*\n$`));
});
