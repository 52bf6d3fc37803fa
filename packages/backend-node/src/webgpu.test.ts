import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { conformanceCases } from '@internvl/backend/conformance';
import { beforeAll, describe, expect, it } from 'vitest';
import { softwareVulkan } from './testing/software-vulkan.js';

/*
 * WebGPU on a software driver, in a process of its own: the driver has to be named before a process starts.
 * Registered where Chromium brings that driver; INTERNVL_REQUIRE_WEBGPU=1 makes its absence a failure.
 */

const script = fileURLToPath(new URL('../scripts/conformance.ts', import.meta.url));
const driver = softwareVulkan();

interface Line {
  readonly name: string;
  readonly status: string;
  readonly error?: string;
}

if (driver) {
  describe('onnxruntime-node on WebGPU', () => {
    const lines = new Map<string, Line>();

    beforeAll(async () => {
      const run = promisify(execFile);
      const command = [
        '--conditions=@internvl/source',
        '--import',
        'tsx',
        script,
        '--backend',
        'webgpu',
        '--jsonl',
      ];
      const env = { ...process.env, ...driver };
      // A failed case makes the script exit with 1; its lines say which, so they are read all the same.
      const { stdout } = await run(process.execPath, command, { env }).catch(
        (error: { stdout: string }) => error,
      );
      for (const text of stdout.split('\n').filter((each) => each.startsWith('{'))) {
        const line: Line = JSON.parse(text);
        lines.set(line.name, line);
      }
    }, 600_000);

    for (const { name } of conformanceCases) {
      it(name, () => {
        const { status, error } = lines.get(name) ?? {
          status: 'not run: the process ended before',
          error: undefined,
        };
        expect(status, error).toMatch(/^(passed|diverged)$/);
      });
    }
  });
}

if (process.env.INTERNVL_REQUIRE_WEBGPU === '1') {
  it('finds a driver for WebGPU', () => expect(driver).toBeDefined());
}
