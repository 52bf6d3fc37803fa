import { kernelBinary } from './kernel-binary.js';
import { scalarKernel } from './scalar-kernel.js';

/** The two passes of a separable resize, over a memory of their own. Pointers are byte offsets into it. */
export interface Kernel {
  /** The memory, grown to at least `bytes`; what it held stays. Earlier views of it are void. */
  memory(bytes: number): Uint8Array;
  /**
   * One line of pixels to `count` RGB pixels at `out`.
   *
   * @param table an {@link import('./axis.js').Axis} table whose offsets are bytes from `line`.
   * @param pairs pairs of taps per output pixel.
   * @param step bytes of two source pixels, 6 or 8.
   */
  horizontal(line: number, table: number, out: number, count: number, pairs: number, step: number): void;
  /**
   * Lines `stride` bytes apart, from `rows` on, to one line of `bytes` at `out`.
   *
   * @param table where the taps of this output line begin.
   */
  vertical(rows: number, table: number, out: number, bytes: number, pairs: number, stride: number): void;
}

/**
 * The kernel in WebAssembly with SIMD. Throws where the runtime has no SIMD or a policy forbids compiling;
 * {@link createKernel} then takes the one in JavaScript, which gives the same bytes.
 */
export function simdKernel(): Kernel {
  const bytes = Uint8Array.from(atob(kernelBinary), (character) => character.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { memory, horizontal, vertical } = exports as Pick<Kernel, 'horizontal' | 'vertical'> & {
    readonly memory: WebAssembly.Memory;
  };
  return {
    memory: (size) => {
      const missing = size - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / 65536));
      return new Uint8Array(memory.buffer);
    },
    horizontal,
    vertical,
  };
}

/** The fastest kernel this runtime allows. */
export function createKernel(): Kernel {
  try {
    return simdKernel();
  } catch {
    return scalarKernel();
  }
}
