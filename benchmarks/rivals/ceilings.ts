import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hostTensor } from '@internvl/backend';
import { encodeModel } from '@internvl/backend/onnx';
import { nodeBackend } from '@internvl/backend-node';
import { GraphBuilder } from '../../packages/checkpoint/src/onnx/graph-builder.js';
import { spreadOf } from './statistics.js';

/** What the machine can do at most, as a probe finds it. */
export interface Ceilings {
  /** Bytes read per second from memory that no cache holds. */
  readonly bytesPerSecond: number;
  /** Float32 operations per second, an addition and a multiplication each counted. */
  readonly operationsPerSecond: number;
  /** How they were found. */
  readonly by: string;
}

const run = promisify(execFile);
const source = fileURLToPath(new URL('ceilings.cpp', import.meta.url));

/** By a small program where there is a compiler, else by the best that ONNX Runtime's own products reach, which is less. */
export async function measureCeilings(threads: number, rounds: number): Promise<Ceilings> {
  const folder = await mkdtemp(join(tmpdir(), 'internvl-ceilings-'));
  try {
    const program = join(folder, 'ceilings');
    const flags = ['-O3', '-march=native', '-std=c++17', '-pthread', '-ffp-contract=fast'];
    await run('c++', [...flags, source, '-o', program]);
    const { stdout } = await run(program, [String(threads)]);
    return { ...JSON.parse(stdout), by: 'a program in C++' };
  } catch {
    return measureProducts(threads, rounds);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Much beyond every cache: 1 GiB of float32. */
const vectorRows = 1 << 15;
const vectorColumns = 1 << 13;
const side = 2048;

/** Reads a matrix of 1 GiB once by multiplying it with a vector, and multiplies two square matrices. */
async function measureProducts(threads: number, rounds: number): Promise<Ceilings> {
  const backend = await nodeBackend({ device: 'cpu', threads });
  const graph = await backend.load({ bytes: encodeModel(product()) });
  const time = async (rows: number, inner: number, columns: number) => {
    const feeds = {
      a: hostTensor('float32', new Float32Array(rows * inner).fill(0.5), [rows, inner]),
      b: hostTensor('float32', new Float32Array(inner * columns).fill(0.5), [inner, columns]),
    };
    await graph.run(feeds);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await graph.run(feeds);
      times.push(performance.now() - start);
    }
    return Math.min(...times, spreadOf(times).median) / 1000;
  };
  const seconds = { read: await time(vectorRows, vectorColumns, 1), multiply: await time(side, side, side) };
  await graph.dispose();
  return {
    bytesPerSecond: (4 * vectorRows * vectorColumns) / seconds.read,
    operationsPerSecond: (2 * side ** 3) / seconds.multiply,
    by: "ONNX Runtime's own products",
  };
}

function product() {
  const graph = new GraphBuilder('product');
  graph.input('a', 'float32', ['rows', 'inner']);
  graph.input('b', 'float32', ['inner', 'columns']);
  graph.add('y', 'MatMul', ['a', 'b']);
  graph.output('y', ['rows', 'columns']);
  return graph.build(() => {
    throw new Error('the graph has no weights');
  });
}
