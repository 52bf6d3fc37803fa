import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeConfigFiles } from './config-files.js';
import { type TensorShape, tensorShapes } from './shape.js';

/** A prime, so that repeated noise never lines up with the rows of a matrix. */
const noiseLength = 1_000_003;

/** Noise of standard deviation 0.02 from a seeded linear congruential generator, as little-endian bytes. */
function noise(dtype: 'BF16' | 'F32', seed: number): Buffer {
  const values = new Float32Array(noiseLength);
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let at = 0; at < noiseLength; at++) values[at] = (uniform() + uniform() + uniform() - 1.5) * 0.04;
  return encode(values, dtype);
}

function encode(values: Float32Array, dtype: 'BF16' | 'F32'): Buffer {
  if (dtype === 'F32') return Buffer.from(values.buffer);
  const bits = new Uint32Array(values.buffer);
  return Buffer.from(Uint16Array.from(bits, (word) => word >>> 16).buffer);
}

const elements = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** What files the weights are written to: their type, and how large a file grows before the next one begins. */
export interface WeightFiles {
  readonly dtype: 'BF16' | 'F32';
  readonly shardBytes: number;
}

/** Writes a checkpoint of InternVL2-1B's true shape with random weights: 1.9 GB in bfloat16, 3.8 GB in float32. */
async function writeCheckpoint(
  folder: string,
  { tokenizer, ...files }: WeightFiles & { readonly tokenizer: string },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeConfigFiles(folder, tokenizer, files.dtype === 'F32' ? 'float32' : 'bfloat16');
  await writeRandomWeights(folder, tensorShapes(), files);
}

/** Writes tensors of random numbers as safetensors, with an index when there are several files. */
export async function writeRandomWeights(
  folder: string,
  tensors: readonly TensorShape[],
  { dtype, shardBytes }: WeightFiles,
): Promise<void> {
  const width = dtype === 'F32' ? 4 : 2;
  const shards: TensorShape[][] = [[]];
  let filled = 0;
  for (const tensor of tensors) {
    if (filled >= shardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)!.push(tensor);
    filled += elements(tensor.shape) * width;
  }
  const block = noise(dtype, 7);
  const constant = (value: number, count: number) => encode(new Float32Array(count).fill(value), dtype);
  const weightMap: Record<string, string> = {};
  let start = 0;
  for (const [index, shard] of shards.entries()) {
    const part = String(index + 1).padStart(5, '0');
    const name =
      shards.length === 1
        ? 'model.safetensors'
        : `model-${part}-of-${String(shards.length).padStart(5, '0')}.safetensors`;
    const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
    let offset = 0;
    for (const { name: tensor, shape } of shard) {
      const end = offset + elements(shape) * width;
      header[tensor] = { dtype, shape, data_offsets: [offset, end] };
      weightMap[tensor] = name;
      offset = end;
    }
    const text = JSON.stringify(header);
    const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8, ' '));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(padded.length));
    const file = await open(join(folder, name), 'w');
    try {
      await file.write(length);
      await file.write(padded);
      for (const { shape, fill } of shard) {
        let left = elements(shape) * width;
        if (fill !== 'noise') {
          await file.write(constant(fill === 'ones' ? 1 : 0.1, elements(shape)));
          continue;
        }
        while (left > 0) {
          const bytes = Math.min(left, block.length - start);
          await file.write(block, start, bytes);
          left -= bytes;
          start = (start + bytes) % block.length;
        }
      }
    } finally {
      await file.close();
    }
  }
  if (shards.length > 1) {
    await writeFile(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ metadata: {}, weight_map: weightMap }),
    );
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tokenizer: { type: 'string' },
      dtype: { type: 'string', default: 'BF16' },
      'shard-bytes': { type: 'string', default: '1000000000' },
    },
  });
  const [folder] = positionals;
  const { dtype } = values;
  if (folder === undefined || values.tokenizer === undefined || (dtype !== 'BF16' && dtype !== 'F32')) {
    console.error(
      'usage: write-checkpoint FOLDER --tokenizer FOLDER_WITH_QWEN2_MERGES [--dtype BF16|F32] [--shard-bytes N]',
    );
    process.exitCode = 2;
  } else {
    await writeCheckpoint(folder, {
      tokenizer: values.tokenizer,
      dtype,
      shardBytes: Number(values['shard-bytes']),
    });
  }
}
