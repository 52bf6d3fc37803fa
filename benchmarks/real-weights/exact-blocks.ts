import type { Precision } from '../../packages/checkpoint/src/onnx/precision.js';
import type { Matrix } from '../../packages/checkpoint/src/write/matrix.js';
import type { StoredTensor } from '../../packages/checkpoint/src/write/stored-tensor.js';

/** Neighbours of a row that share a scale. */
export const blockSize = 32;

/** A matrix whose blocks are each sixteen evenly spaced numbers: `weight = code · scale + least`. */
export interface ExactBlocks {
  /** `[rows, blocks, 16]`, two codes in a byte, the lower half first: as MatMulNBits reads them. */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** `[rows, blocks]` */
  readonly scales: Float32Array<ArrayBuffer>;
  /** `[rows, blocks]` */
  readonly least: Float32Array<ArrayBuffer>;
}

/**
 * Finds the codes of weights that were four bits in blocks of 32 before they were widened (Q4_1): the smallest weight of a block has code
 * 0 and the largest 15, so both numbers of the block follow, and every weight is checked to come back as it was.
 *
 * @throws when one does not: such a matrix would be rounded a second time
 */
export async function exactBlocks({ name, rows, columns, read }: Matrix): Promise<ExactBlocks> {
  const weights = await read(0, rows);
  const blocks = (rows * columns) / blockSize;
  if (columns % blockSize !== 0) throw new Error(`${name} has rows of ${columns}, which are no whole blocks`);
  const codes = new Uint8Array(blocks * 16);
  const scales = new Float32Array(blocks);
  const least = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const own = weights.subarray(block * blockSize, (block + 1) * blockSize);
    let [low, high] = [own[0]!, own[0]!];
    for (const weight of own) {
      if (weight < low) low = weight;
      if (weight > high) high = weight;
    }
    // Both were float16 in the file: rounding takes away what adding them up in float32 has left.
    const scale = toElevenBits((high - low) / 15);
    for (const [at, weight] of own.entries()) {
      const code = scale === 0 ? 0 : Math.round((weight - low) / scale);
      if (Math.fround(code * scale + low) !== weight) {
        throw new Error(`block ${block} of ${name} is not sixteen evenly spaced numbers`);
      }
      codes[block * 16 + (at >> 1)]! |= at % 2 === 0 ? code : code << 4;
    }
    scales[block] = scale;
    least[block] = low;
  }
  return { codes, scales, least };
}

/** The number with eleven bits of mantissa, as float16 has them, that is nearest; subnormals as float16's. */
function toElevenBits(value: number): number {
  if (value === 0) return 0;
  const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -14) - 10);
  return Math.round(value / step) * step;
}

/**
 * Language models whose matrices are exact blocks, in one of two forms. `zero-points`: MatMulNBits with a zero point in float32 for each
 * block; ONNX Runtime 1.30 has no fast kernel for those and widens the matrix on every run. `block-sums`: MatMulNBits around eight, for
 * which it has one, and what is missing, the same for all weights of a block, times the sum of the activations there. Table and head are
 * what `tables` makes of them: Q8_0 is what it stores anyhow.
 *
 * @param accuracyLevel 4 lets the runtime round activations to eight bits; 0 does not
 */
export function exactPrecision(
  form: 'zero-points' | 'block-sums',
  tables: Precision,
  accuracyLevel: 0 | 4,
): Precision {
  return {
    name: tables.name,
    rowBytes: (columns) => (columns / blockSize) * 24,
    tableRowBytes: (columns) => tables.tableRowBytes(columns),
    lookUp: (...parameters) => tables.lookUp(...parameters),
    score: (...parameters) => tables.score(...parameters),
    experts: (...parameters) => tables.experts(...parameters),
    linear(graph, name, x, weight, bias) {
      if (bias) throw new Error(`${name} has a bias, which these blocks have not`);
      const { rows, columns } = weight;
      const blocks = columns / blockSize;
      const found = cached(() => exactBlocks(weight));
      const stored = (part: string, type: 'uint8' | 'float32', dims: readonly number[], of: Part) =>
        graph.weight(storedPart(`${weight.name}.exact.${part}`, type, dims, async () => of(await found())));
      const codes = stored('codes', 'uint8', [rows, blocks, 16], (all) => all.codes);
      const scales = stored('scales', 'float32', [rows, blocks], (all) => all.scales);
      const attributes = {
        N: rows,
        K: columns,
        bits: 4,
        block_size: blockSize,
        accuracy_level: accuracyLevel,
      };
      if (form === 'zero-points') {
        const zeros = stored('zeros', 'float32', [rows, blocks], ({ scales, least }) =>
          least.map((value, at) => (scales[at] === 0 ? 0 : -value / scales[at]!)),
        );
        return graph.add(name, 'com.microsoft.MatMulNBits', [x, codes, scales, zeros], attributes);
      }
      const product = graph.add(
        `${name}.around`,
        'com.microsoft.MatMulNBits',
        [x, codes, scales],
        attributes,
      );
      const split = graph.add(`${name}.blocks`, 'Reshape', [x, graph.ints([0, 0, blocks, blockSize])]);
      const sums = graph.add(`${name}.sums`, 'ReduceSum', [split, graph.ints([-1])], { keepdims: 0 });
      const shifts = stored('shifts', 'float32', [blocks, rows], ({ scales, least }) =>
        transposed(
          least.map((value, at) => value + 8 * scales[at]!),
          rows,
        ),
      );
      const shift = graph.add(`${name}.shift`, 'MatMul', [sums, shifts]);
      return graph.add(name, 'Add', [product, shift]);
    },
  };
}

type Part = (blocks: ExactBlocks) => Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

function storedPart(
  name: string,
  type: 'uint8' | 'float32',
  dims: readonly number[],
  part: () => Promise<Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>,
): StoredTensor {
  return {
    name,
    type,
    dims,
    bytes: dims.reduce((product, size) => product * size, type === 'uint8' ? 1 : 4),
    async *chunks() {
      const { buffer, byteOffset, byteLength } = await part();
      yield new Uint8Array(buffer, byteOffset, byteLength);
    },
  };
}

function cached<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function transposed(values: Float32Array, rows: number): Float32Array<ArrayBuffer> {
  const columns = values.length / rows;
  const result = new Float32Array(values.length);
  values.forEach((value, at) => {
    result[(at % columns) * rows + Math.floor(at / columns)] = value;
  });
  return result;
}
