import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { RunReport } from './testing/compare-run.js';
import { softwareVulkan } from './testing/software-vulkan.js';

const driver = softwareVulkan();
const script = fileURLToPath(new URL('../scripts/compare-webgpu.ts', import.meta.url));

async function compare(...args: string[]): Promise<RunReport[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@internvl/source', '--import', 'tsx', script, ...args],
    { env: { ...process.env, ...driver } },
  );
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line, told));
}

/** JSON has no infinite errors, nor NaN: what was not recorded is absent, so null is one of those. */
function told(_: string, value: unknown): unknown {
  return value === null ? Number.POSITIVE_INFINITY : value;
}

/* Where Chromium brings a software driver; INTERNVL_REQUIRE_WEBGPU=1 makes its absence a failure of @internvl/backend-node. */
describe.runIf(driver)('onnxruntime on WebGPU', () => {
  test('answers as the reference', { timeout: 300_000 }, async () => {
    const reports = await compare('^v2-1b$');
    expect(reports.map(({ case: name, run }) => `${name} ${run}`)).toEqual([
      'v2-1b one-tile',
      'v2-1b text-only',
    ]);
    for (const report of reports) {
      expect(report).toMatchObject({ prompt: true, promptIds: true, ids: true, text: true });
      expect(report.logits).toBeLessThanOrEqual(5e-4);
      if (report.run === 'text-only') continue;
      expect(report.vision).toBeLessThanOrEqual(1e-4);
      expect(report.visualTokens).toBeLessThanOrEqual(1e-4);
    }
  });

  // As far off as on the CPU (docs/quantisation.md): the kernels compute the same numbers.
  test('runs weights of four and eight bits', { timeout: 300_000 }, async () => {
    const reports = await compare('^v2-1b$', 'q4');
    expect(reports.map(({ run }) => run)).toEqual(['one-tile', 'text-only']);
    for (const report of reports) {
      expect(report).toMatchObject({ prompt: true, promptIds: true });
      if (report.run === 'text-only') continue;
      expect(report.vision).toBeLessThanOrEqual(0.2);
      expect(report.visualTokens).toBeLessThanOrEqual(0.2);
    }
  });

  // Chromium's driver has no half floats; a GPU that has them is not at hand.
  test('refuses half floats where the adapter has none', { timeout: 300_000 }, async () => {
    await expect(compare('^v2-1b$', 'q4f16')).rejects.toThrow(/unsupported-operator.*q8f16|half floats/s);
  });
});
