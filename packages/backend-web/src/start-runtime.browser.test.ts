import { describe, expect, it } from 'vitest';
import { startRuntime } from './start-runtime.js';

const never = () => new Promise<never>(() => {});

/** A module at an address of its own. */
function moduleOf(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
}

describe('a runtime that would never start', () => {
  const wasm = 'https://example.com/runtime.wasm';

  it('is told by threads that cannot start from the file', async () => {
    const paths = { mjs: moduleOf('throw new Error("not in a worker")'), wasm };
    const start = startRuntime({}, { paths, threads: 2, startLimitMs: 60_000 }, never);
    await expect(start).rejects.toMatchObject({ code: 'threads-blocked', facts: { mjs: paths.mjs } });
  });

  it('is told by a file that is not there', async () => {
    const mjs = new URL('/nowhere/runtime.mjs', location.href).href;
    const start = startRuntime({}, { paths: { mjs, wasm }, threads: 2, startLimitMs: 60_000 }, never);
    await expect(start).rejects.toMatchObject({ code: 'threads-blocked' });
  });

  it('is told by the clock at last', async () => {
    const paths = { mjs: moduleOf('export default 1'), wasm };
    const start = startRuntime({}, { paths, threads: 2, startLimitMs: 20 }, never);
    await expect(start).rejects.toMatchObject({ code: 'runtime-timeout', facts: { limitMs: 20 } });
  });
});

it('starts once, with one set of files and threads', async () => {
  const settings = {};
  const paths = { mjs: moduleOf('export default 1'), wasm: 'https://example.com/runtime.wasm' };
  const start = (threads: number) =>
    startRuntime(settings, { paths, threads, startLimitMs: 60_000 }, async () => 'started');
  expect(await start(2)).toBe('started');
  expect(settings).toEqual({ wasmPaths: paths, numThreads: 2 });
  expect(await start(2)).toBe('started');
  await expect(start(1)).rejects.toMatchObject({ code: 'invalid-option' });
});
