import { parseArgs } from 'node:util';
import type { Backend } from '@internvl/backend';
import { type ConformanceResult, runConformance } from '@internvl/backend/conformance';
import { referenceBackend } from '@internvl/backend/reference';
import { remoteBackend } from '@internvl/backend/remote';
import { nodeDevices } from '../src/device.js';
import { nodeBackend } from '../src/node-backend.js';
import { divergences } from './divergences.js';

/*
 * pnpm conformance --backend cpu|webgpu|cuda|dml|coreml|reference [--jsonl]
 * pnpm conformance --url http://HOST:8000 [--jsonl]
 *
 * Runs every conformance case on a backend, or on a server of the Open Inference Protocol that takes models (Triton with
 * --model-control-mode=explicit), a line for each. Exit status 0 when all pass or diverge as declared.
 */

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'cpu' },
    url: { type: 'string' },
    jsonl: { type: 'boolean', default: false },
  },
});

const backend =
  values.url === undefined ? await open(values.backend) : await remoteBackend({ url: values.url });
const results = await runConformance(backend, {
  divergences: (values.url === undefined ? divergences[values.backend] : undefined) ?? [],
  onResult: (result) => console.log(values.jsonl ? JSON.stringify(plain(result)) : line(result)),
});
const count = (status: ConformanceResult['status']) =>
  results.filter((result) => result.status === status).length;
if (!values.jsonl) {
  console.log(
    `${backend.name}: ${count('passed')} passed, ${count('diverged')} diverge as declared, ${count('failed')} failed`,
  );
}
process.exitCode = count('failed') > 0 ? 1 : 0;

async function open(name: string): Promise<Backend> {
  if (name === 'reference') return referenceBackend();
  const device = nodeDevices.find((known) => known === name);
  // The cases tell what a device can do; none of them needs the attention that software WebGPU gets wrong.
  if (device) return nodeBackend({ device, fallback: 'none', checkAttention: false });
  throw new Error(`Expected --backend ${nodeDevices.join('|')}|reference, got ${name}`);
}

function plain(result: ConformanceResult): object {
  return { ...result, ...('error' in result ? { error: String(result.error) } : {}) };
}

function line(result: ConformanceResult): string {
  if (result.status === 'passed') return `passed    ${result.name}`;
  if (result.status === 'diverged') return `diverges  ${result.name}: ${result.reason}`;
  return `FAILED    ${result.name}: ${String(result.error)}`;
}
