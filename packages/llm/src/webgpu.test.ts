import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
// Where Chromium's software driver lies; it must be named before a process starts, hence the child.
import { softwareVulkan } from '../../backend-node/src/testing/software-vulkan.js';

const script = fileURLToPath(new URL('./testing/webgpu-goldens.ts', import.meta.url));
const driver = softwareVulkan();

/** Qwen2 with biases; Qwen3 with normed heads of 24; InternLM2 with padded heads of 12 behind an RMSNorm tower. */
const cases = ['v2-1b', 'v3-5', 'chat-v1-5'];

if (driver) {
  test('recorded runs on WebGPU: vision, visual tokens, logits and greedy ids', async () => {
    const command = ['--conditions=@internvl/source', '--import', 'tsx', script, ...cases];
    const env = { ...process.env, ...driver };
    const { stdout } = await promisify(execFile)(process.execPath, command, { env });
    const reports = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(reports.map((report) => report.case)).toEqual(cases);
    for (const report of reports) {
      expect(report.backend).toBe('ort-node:webgpu');
      expect(report.vision, report.case).toBeLessThan(1e-4);
      expect(report.visualTokens, report.case).toBeLessThan(1e-4);
      expect(report.logits, report.case).toBeLessThan(5e-4);
      expect(report.idsEqual, report.case).toBe(true);
    }
  }, 300_000);
}

if (process.env.INTERNVL_REQUIRE_WEBGPU === '1') {
  test('finds a driver for WebGPU', () => expect(driver).toBeDefined());
}
