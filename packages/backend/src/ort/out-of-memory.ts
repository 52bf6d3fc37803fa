import { InternVLError } from '../error.js';

/** The words of ONNX Runtime, of its allocators and of JavaScript engines for memory that is not there. */
const words =
  /bad_alloc|failed to allocate|allocation failed|out of memory|memory\.grow|invalid (typed )?array length/i;

/** The `out-of-memory` error for what a runtime has said, undefined when it was about something else. */
export function outOfMemory(reason: string, backend: string, cause: unknown): InternVLError | undefined {
  if (!words.test(reason)) return undefined;
  return new InternVLError(
    'out-of-memory',
    `Expected ${backend} to find memory, there was none: ${reason}; use a smaller precision, a shorter context or fewer tiles, and free what else is loaded.`,
    { backend, reason },
    { cause },
  );
}
