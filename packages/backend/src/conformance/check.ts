import type { Backend, ModelSource } from '../backend.js';
import { InternVLError } from '../error.js';
import type { Graph } from '../graph.js';
import type { Tensor } from '../tensor.js';

/** Anything with numbers in a row. */
type Numbers = ArrayLike<number> | ArrayLike<bigint>;

/** Rejects unless two things print the same as JSON. */
export function same(what: string, actual: unknown, expected: unknown): void {
  const print = (value: unknown) => JSON.stringify(value);
  if (print(actual) !== print(expected)) throw failure(what, print(expected), print(actual));
}

/** Rejects unless the arrays hold the same bits. */
export function sameBits(what: string, actual: ArrayBufferView, expected: ArrayBufferView): void {
  const bits = (view: ArrayBufferView) => [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
  same(`${what}, as bytes`, bits(actual), bits(expected));
}

/** Rejects unless each number is as near to the expected one as the tolerance allows for numbers of that size. */
export function near(what: string, actual: Numbers, expected: Numbers, tolerance: number): void {
  if (actual.length !== expected.length) {
    throw failure(
      `${what} to have ${expected.length} elements`,
      String(expected.length),
      String(actual.length),
    );
  }
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(Number(actual[i]) - Number(expected[i]));
    if (error <= tolerance * Math.max(1, Math.abs(Number(expected[i])))) continue;
    throw failure(`${what}[${i}] within ${tolerance}`, String(expected[i]), String(actual[i]));
  }
}

/** The tolerance that a backend declares for float32. */
export function float32Tolerance(backend: Backend): number {
  return backend.capabilities.tolerance.float32 ?? 0;
}

/** Rejects unless `work` rejects with an error of ours that has this code. */
export async function refused(what: string, code: string, work: () => Promise<unknown>): Promise<void> {
  const error = await outcome(work);
  if (!InternVLError.is(error, code)) throw failure(what, `an error with code ${code}`, describe(error));
}

/** Rejects unless `work` rejects with this very value. */
export async function rejectedWith(
  what: string,
  reason: unknown,
  work: () => Promise<unknown>,
): Promise<void> {
  const error = await outcome(work);
  if (error !== reason) throw failure(what, `a rejection with ${describe(reason)} itself`, describe(error));
}

/** The numbers of a float32 output, wherever it lies. */
export async function floats(tensor: Tensor | undefined): Promise<Float32Array> {
  const data = await tensor?.getData();
  if (data instanceof Float32Array) return data;
  throw failure('an output', 'float32', tensor ? tensor.type : 'none');
}

/** Loads a model, uses it and disposes it. */
export async function withGraph<T>(
  backend: Backend,
  source: ModelSource,
  use: (graph: Graph) => Promise<T>,
): Promise<T> {
  const graph = await backend.load(source);
  try {
    return await use(graph);
  } finally {
    await graph.dispose();
  }
}

export function failure(what: string, expected: string, actual: string): InternVLError {
  return new InternVLError(
    'conformance',
    `Expected ${what}: ${expected}, got ${actual}; mend the backend, or declare the divergence with its reason.`,
    { what, expected, actual },
  );
}

async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return 'no rejection';
  } catch (error) {
    return error;
  }
}

function describe(value: unknown): string {
  if (InternVLError.is(value)) return `${value.code} (${value.message})`;
  return value instanceof Error ? `${value.name}: ${value.message}` : JSON.stringify(value);
}
