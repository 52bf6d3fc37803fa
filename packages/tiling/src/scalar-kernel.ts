import type { Kernel } from './kernel.js';

const half = 1 << 21;
const { imul } = Math;

function clamp(sum: number): number {
  const value = sum >> 22;
  return value < 0 ? 0 : Math.min(value, 255);
}

/** The kernel in plain JavaScript: the same bytes from the same tables, for runtimes without WebAssembly SIMD. */
export function scalarKernel(): Kernel {
  let bytes = new Uint8Array(0);
  let words = new Int32Array(0);
  return {
    memory(size) {
      if (size > bytes.length) {
        const grown = new Uint8Array(Math.ceil(size / 65536) * 65536);
        grown.set(bytes);
        bytes = grown;
        words = new Int32Array(grown.buffer);
      }
      return bytes;
    },
    horizontal(line, table, out, count, pairs, step) {
      const memory = bytes;
      const coefficients = words;
      const channels = step >> 1;
      let t = table >> 2;
      let o = out;
      for (let pixel = 0; pixel < count; pixel++) {
        let p = line + coefficients[t++]!;
        let r = half;
        let g = half;
        let b = half;
        for (let pair = 0; pair < pairs; pair++, p += step) {
          const high = coefficients[t++]!;
          const low = coefficients[t++]!;
          const first = (((high << 16) >> 16) << 14) + (low & 0xffff);
          const second = ((high >> 16) << 14) + (low >>> 16);
          const n = p + channels;
          r = (r + imul(memory[p]!, first) + imul(memory[n]!, second)) | 0;
          g = (g + imul(memory[p + 1]!, first) + imul(memory[n + 1]!, second)) | 0;
          b = (b + imul(memory[p + 2]!, first) + imul(memory[n + 2]!, second)) | 0;
        }
        memory[o++] = clamp(r);
        memory[o++] = clamp(g);
        memory[o++] = clamp(b);
      }
    },
    vertical(rows, table, out, length, pairs, stride) {
      const memory = bytes;
      const coefficients = words;
      const start = table >> 2;
      for (let x = 0; x < length; x += 4) {
        let p = rows + x;
        let t = start;
        let a = half;
        let b = half;
        let c = half;
        let d = half;
        for (let pair = 0; pair < pairs; pair++, p += 2 * stride) {
          const high = coefficients[t++]!;
          const low = coefficients[t++]!;
          const first = (((high << 16) >> 16) << 14) + (low & 0xffff);
          const second = ((high >> 16) << 14) + (low >>> 16);
          const n = p + stride;
          a = (a + imul(memory[p]!, first) + imul(memory[n]!, second)) | 0;
          b = (b + imul(memory[p + 1]!, first) + imul(memory[n + 1]!, second)) | 0;
          c = (c + imul(memory[p + 2]!, first) + imul(memory[n + 2]!, second)) | 0;
          d = (d + imul(memory[p + 3]!, first) + imul(memory[n + 3]!, second)) | 0;
        }
        memory[out + x] = clamp(a);
        memory[out + x + 1] = clamp(b);
        memory[out + x + 2] = clamp(c);
        memory[out + x + 3] = clamp(d);
      }
    },
  };
}
