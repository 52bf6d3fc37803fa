import { parseArgs } from 'node:util';
import { type Backend, InternVLError } from '@internvl/backend';
import { type ConformanceResult, runConformance } from '@internvl/backend/conformance';
import { referenceBackend } from '@internvl/backend/reference';
import { remoteBackend } from '@internvl/backend/remote';
import { nodeDevices } from '../src/device.js';
import { nativeBackend } from '../src/native/index.js';
import { nodeBackend } from '../src/node-backend.js';
import { divergences } from './divergences.js';

/*
 * pnpm conformance --backend cpu|webgpu|cuda|dml|coreml|native|reference [--jsonl]
 * pnpm conformance --url http://HOST:8000 [--jsonl]
 *
 * Runs every conformance case on a backend, or on a server of the Open Inference Protocol that takes models (Triton with
 * --model-control-mode=explicit), a line for each. Exit status 0 when all pass or diverge as declared, 1 when some do not or the
 * backend is not to be had here, 2 for options that are none.
 */

/** @returns the exit status */
async function main(): Promise<number> {
  const { backend: name, url, jsonl } = readOptions();
  const backend = url === undefined ? await open(name) : await remoteBackend({ url });
  const results = await runConformance(backend, {
    divergences: (url === undefined ? divergences[name] : undefined) ?? [],
    onResult: (result) => console.log(jsonl ? JSON.stringify(plain(result)) : line(result)),
  });
  const count = (status: ConformanceResult['status']) =>
    results.filter((result) => result.status === status).length;
  if (!jsonl) {
    console.log(
      `${backend.name}: ${count('passed')} passed, ${count('diverged')} diverge as declared, ${count('failed')} failed`,
    );
  }
  return count('failed') > 0 ? 1 : 0;
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        backend: { type: 'string', default: 'cpu' },
        url: { type: 'string' },
        jsonl: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
}

async function open(name: string): Promise<Backend> {
  if (name === 'reference') return referenceBackend();
  if (name === 'native') return nativeBackend();
  const device = nodeDevices.find((known) => known === name);
  // The cases tell what a device can do; none of them needs the attention that software WebGPU gets wrong.
  if (device) return nodeBackend({ device, fallback: 'none', checkAttention: false });
  throw usage(
    `Expected --backend as one of ${[...nodeDevices, 'native', 'reference'].join(', ')}, got '${name}'.`,
  );
}

function usage(sentence: string): InternVLError {
  return new InternVLError('invalid-option', sentence);
}

function plain(result: ConformanceResult): object {
  return { ...result, ...('error' in result ? { error: String(result.error) } : {}) };
}

function line(result: ConformanceResult): string {
  if (result.status === 'passed') return `passed    ${result.name}`;
  if (result.status === 'diverged') return `diverges  ${result.name}: ${result.reason}`;
  return `FAILED    ${result.name}: ${String(result.error)}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!InternVLError.is(error)) throw error;
  console.error(`conformance: ${error.code}: ${error.message}`);
  process.exitCode = error.code === 'invalid-option' ? 2 : 1;
}
