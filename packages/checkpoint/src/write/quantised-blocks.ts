import { InternVLError } from '@internvl/backend';
import { roundToFloat16, toFloat16 } from './float16.js';
import type { Matrix } from './matrix.js';
import { type BlockBits, defaultBlockSize, quantiseBlock } from './quantise-block.js';
import { padding, type QuantisedTensor, readRows } from './quantised-tensor.js';
import type { FloatType } from './stored-tensor.js';

export interface BlockOptions {
  /** Weights that share a scale; 32 by default. */
  readonly blockSize?: number | undefined;
  /** What scales are stored as; float32 by default. Codes are chosen for the scale as it is stored. */
  readonly scaleType?: FloatType | undefined;
}

/**
 * A matrix in blocks of neighbours of a row, 32 by default, with one scale each: codes `uint8 [rows, blocks, 4 · bits]`,
 * scales `[rows, blocks]` behind them. A row that is no whole number of blocks ends in codes of zero.
 */
export function quantisedBlocks(
  matrix: Matrix,
  bits: BlockBits,
  { blockSize = defaultBlockSize, scaleType = 'float32' }: BlockOptions = {},
): QuantisedTensor {
  const { name, rows, columns } = matrix;
  const blocks = Math.ceil(columns / blockSize);
  const blockBytes = (blockSize * bits) / 8;
  const codeBytes = rows * blocks * blockBytes;
  const offset = codeBytes + padding(codeBytes);
  const half = scaleType === 'float16';
  const scales = { offset, type: scaleType, bytes: (half ? 2 : 4) * rows * blocks };
  const form = { bits, blockSize, round: half ? roundToFloat16 : Math.fround };
  return {
    name: `${name}.q${bits}${half ? 'f16' : ''}`,
    type: 'uint8',
    dims: [rows, blocks, blockBytes],
    codeBytes,
    scales,
    bytes: scales.offset + scales.bytes,
    async *chunks(options) {
      const found = new Float32Array(rows * blocks);
      for await (const { row, count, values } of readRows(matrix, options)) {
        const codes = new Uint8Array(count * blocks * blockBytes);
        for (let block = 0; block < count * blocks; block++) {
          const column = (block % blocks) * blockSize;
          const start = Math.floor(block / blocks) * columns + column;
          const scale = quantiseBlock(
            values,
            start,
            Math.min(blockSize, columns - column),
            form,
            codes,
            block * blockBytes,
          );
          if (!Number.isFinite(scale)) throw notFinite(name);
          found[row * blocks + block] = scale;
        }
        yield codes;
      }
      yield new Uint8Array(padding(codeBytes));
      yield new Uint8Array((half ? toFloat16(found, name) : found).buffer);
    },
  };
}

export function notFinite(name: string): InternVLError {
  return new InternVLError(
    'precision-overflow',
    `Expected every weight of ${name} to be a finite number to quantise it, found one that is not; convert this checkpoint with precision fp32.`,
    { name },
  );
}
