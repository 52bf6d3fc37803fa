import { expect, test } from 'vitest';
import { widen } from '../safetensors/widen.js';
import { arrayMatrix, collect } from '../testing/matrices.js';
import type { Matrix } from './matrix.js';
import { quantiseBlock } from './quantise-block.js';
import { quantisedBlocks } from './quantised-blocks.js';
import { quantisedRows, signedRows, unsignedRows } from './quantised-rows.js';

function matrixOf(rows: number, columns: number, value: (row: number, column: number) => number): Matrix {
  const values = Float32Array.from({ length: rows * columns }, (_, at) =>
    value(Math.floor(at / columns), at % columns),
  );
  return {
    name: 'w',
    rows,
    columns,
    read: async (row, count) => values.slice(row * columns, (row + count) * columns),
  };
}

const waves = (rows: number, columns: number) =>
  matrixOf(rows, columns, (row, column) => (row + 1) * Math.sin(row * 31 + column * 1.7));

async function stored(tensor: ReturnType<typeof quantisedBlocks>) {
  const bytes = await collect(tensor.chunks());
  expect(bytes.byteLength).toBe(tensor.bytes);
  expect(tensor.scales.offset % 64).toBe(0);
  const { offset, bytes: length } = tensor.scales;
  return {
    codes: bytes.subarray(0, tensor.codeBytes),
    scales: new Float32Array(bytes.buffer, offset, length / 4),
  };
}

test.each([1 << 20, 7 * 11, 1])('rows of eight bits lie transposed, in bands of %i', async (band) => {
  const [rows, columns] = [11, 37];
  const matrix = waves(rows, columns);
  const tensor = quantisedRows(matrix, unsignedRows, band);
  expect(tensor.dims).toEqual([columns, rows]);
  const { codes, scales } = await stored(tensor);
  const weights = await matrix.read(0, rows);
  for (const [at, weight] of weights.entries()) {
    const row = Math.floor(at / columns);
    const code = codes[(at % columns) * rows + row]!;
    expect(code).toBeGreaterThan(0);
    expect(Math.abs((code - 128) * scales[row]! - weight)).toBeLessThanOrEqual(scales[row]! * 0.5001);
  }
});

test('rows of seven bits are signed', async () => {
  const [rows, columns] = [3, 50];
  const matrix = waves(rows, columns);
  const tensor = quantisedRows(matrix, signedRows);
  expect(tensor.type).toBe('int8');
  const { codes, scales } = await stored(tensor);
  const signed = new Int8Array(codes.buffer, codes.byteOffset, codes.length);
  const weights = await matrix.read(0, rows);
  for (const [at, weight] of weights.entries()) {
    const row = Math.floor(at / columns);
    const code = signed[(at % columns) * rows + row]!;
    expect(Math.abs(code)).toBeLessThanOrEqual(63);
    expect(Math.abs(code * scales[row]! - weight)).toBeLessThanOrEqual(scales[row]! * 0.5001);
  }
});

test.each([4, 8] as const)('blocks of %i bits are within half a step of what they clip', async (bits) => {
  const [rows, columns] = [5, 80];
  const matrix = waves(rows, columns);
  const tensor = quantisedBlocks(matrix, bits);
  expect(tensor.dims).toEqual([rows, 3, 4 * bits]);
  const { codes, scales } = await stored(tensor);
  const weights = await matrix.read(0, rows);
  const zero = 2 ** (bits - 1);
  let squares = 0;
  let total = 0;
  for (let at = 0; at < rows * 96; at++) {
    const [row, column] = [Math.floor(at / 96), at % 96];
    const byte = codes[Math.floor((at * bits) / 8)]!;
    const code = bits === 8 ? byte : (at % 2 === 0 ? byte : byte >> 4) & 15;
    if (column >= columns) {
      expect(code).toBe(zero);
      continue;
    }
    const weight = weights[row * columns + column]!;
    squares += ((code - zero) * scales[row * 3 + Math.floor(column / 32)]! - weight) ** 2;
    total += weight ** 2;
  }
  expect(Math.sqrt(squares / total)).toBeLessThan(bits === 4 ? 0.08 : 0.005);
});

test.each([4, 8] as const)(
  'scales of blocks of %i bits may be float16, and codes go by what is stored',
  async (bits) => {
    const [rows, columns] = [5, 80];
    const matrix = waves(rows, columns);
    const tensor = quantisedBlocks(matrix, bits, { scaleType: 'float16' });
    expect(tensor.name).toBe(`w.q${bits}f16`);
    const bytes = await collect(tensor.chunks());
    expect(bytes.byteLength).toBe(tensor.bytes);
    const { offset, bytes: length, type } = tensor.scales;
    expect([type, length]).toEqual(['float16', 2 * rows * 3]);
    const scales = widen('F16', bytes.slice(offset, offset + length));
    const weights = await matrix.read(0, rows);
    const [zero, highest] = [2 ** (bits - 1), 2 ** bits - 1];
    for (const [at, weight] of weights.entries()) {
      const [row, column] = [Math.floor(at / columns), at % columns];
      const place = row * 96 + column;
      const byte = bytes[Math.floor((place * bits) / 8)]!;
      const code = bits === 8 ? byte : (place % 2 === 0 ? byte : byte >> 4) & 15;
      const exact = weight / scales[row * 3 + Math.floor(column / 32)]! + zero;
      expect(Math.abs(code - Math.min(Math.max(exact, 0), highest))).toBeLessThanOrEqual(0.5001);
    }
  },
);

test('a block of zeros, of one outlier, of one sign', () => {
  const codes = new Uint8Array(16);
  const form = { bits: 4, blockSize: 32, round: Math.fround } as const;
  expect(quantiseBlock(new Float32Array(32), 0, 32, form, codes, 0)).toBe(0);
  expect([...codes]).toEqual(Array(16).fill(0x88));

  const outlier = new Float32Array(32);
  outlier[5] = 24;
  expect(quantiseBlock(outlier, 0, 32, form, codes, 0)).toBe(-3);
  expect(codes[2]).toBe(0x08);

  const equal = new Float32Array(32).fill(-0.5);
  const scale = quantiseBlock(equal, 0, 32, form, codes, 0);
  expect(((codes[0]! & 15) - 8) * scale).toBeCloseTo(-0.5, 6);
});

test('the scale of four bits is a twentieth better than the one at which the largest weight fits', () => {
  const weights = Float32Array.from(
    { length: 32 * 64 },
    (_, at) => Math.sin(at * 1.7) + Math.sin(at * 0.61) + Math.sin(at * 2.9),
  );
  const form = { bits: 4, blockSize: 32, round: Math.fround } as const;
  let [own, plain] = [0, 0];
  for (let start = 0; start < weights.length; start += 32) {
    const block = weights.subarray(start, start + 32);
    const largest = block.reduce((most, weight) => (Math.abs(weight) > Math.abs(most) ? weight : most), 0);
    own += squaredError(block, quantiseBlock(weights, start, 32, form, new Uint8Array(16), 0));
    plain += squaredError(block, -largest / 8);
  }
  expect(Math.sqrt(own / plain)).toBeLessThan(0.95);
});

function squaredError(block: Float32Array, scale: number): number {
  return block.reduce((sum, weight) => {
    const code = Math.min(Math.max(Math.floor(weight / scale + 0.5), -8), 7);
    return sum + (weight - scale * code) ** 2;
  }, 0);
}

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'a weight of %d is an error that names the tensor',
  async (bad) => {
    const broken = matrixOf(3, 40, (row, column) => (row === 1 && column === 3 ? bad : 1));
    for (const tensor of [
      quantisedRows(broken, signedRows),
      quantisedBlocks(broken, 4),
      quantisedBlocks(broken, 8),
    ]) {
      await expect(collect(tensor.chunks())).rejects.toMatchObject({
        code: 'precision-overflow',
        facts: { name: 'w' },
      });
    }
  },
);

test('an abort reaches the reader', async () => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  const matrix: Matrix = {
    ...arrayMatrix('w', 2, 2),
    read: async (_, __, options) => {
      options?.signal?.throwIfAborted();
      return new Float32Array(4);
    },
  };
  for (const tensor of [quantisedRows(matrix, signedRows), quantisedBlocks(matrix, 4)]) {
    await expect(collect(tensor.chunks({ signal }))).rejects.toBe(reason);
  }
});
