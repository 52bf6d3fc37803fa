import { open } from 'node:fs/promises';
import { bytesOf, type GgufType, ggufTypes } from './block-types.js';

/** A value of the metadata; numbers say how they are stored. */
export type GgufEntry =
  | { readonly uint32: number }
  | { readonly float32: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly int32s: readonly number[] }
  | { readonly float32s: readonly number[] };

export interface GgufTensor {
  readonly name: string;
  /** Row-major, outermost first: `[rows, columns]`. The file itself counts from the innermost. */
  readonly shape: readonly number[];
  readonly type: GgufType;
  /** The bytes in order, `bytesOf(type, elements)` in all. */
  chunks(): AsyncIterable<Uint8Array>;
}

const alignment = 32;

/**
 * Writes a GGUF file, version 3, tensor by tensor: none is held whole. Source: `docs/gguf.md` of ggml.
 *
 * @throws when a tensor gives other than the bytes its shape says
 */
export async function writeGguf(
  path: string,
  metadata: Readonly<Record<string, GgufEntry>>,
  tensors: readonly GgufTensor[],
): Promise<void> {
  const sizes = tensors.map(({ type, shape }) =>
    bytesOf(
      type,
      shape.reduce((product, size) => product * size, 1),
    ),
  );
  const offsets: number[] = [];
  let end = 0;
  for (const size of sizes) {
    offsets.push(end);
    end = aligned(end + size);
  }
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(Object.keys(metadata).length),
    ...Object.entries(metadata).flatMap(([key, entry]) => [text(key), ...encoded(entry)]),
    ...tensors.flatMap(({ name, shape, type }, at) => [
      text(name),
      uint32(shape.length),
      ...shape.toReversed().map(uint64),
      uint32(ggufTypes[type]),
      uint64(offsets[at]!),
    ]),
  ]);
  const file = await open(path, 'w');
  try {
    await file.write(head);
    await file.write(Buffer.alloc(aligned(head.length) - head.length));
    for (const [at, tensor] of tensors.entries()) {
      let written = 0;
      for await (const chunk of tensor.chunks()) {
        await file.write(chunk);
        written += chunk.length;
      }
      if (written !== sizes[at])
        throw new Error(`${tensor.name} gave ${written} bytes instead of ${sizes[at]}`);
      await file.write(Buffer.alloc(aligned(written) - written));
    }
  } finally {
    await file.close();
  }
}

const aligned = (bytes: number) => Math.ceil(bytes / alignment) * alignment;

/** Type number and value. Types: 4 uint32, 5 int32, 6 float32, 7 bool, 8 text, 9 list. */
function encoded(entry: GgufEntry): Buffer[] {
  if ('uint32' in entry) return [uint32(4), uint32(entry.uint32)];
  if ('float32' in entry) return [uint32(6), Buffer.from(Float32Array.of(entry.float32).buffer)];
  if ('bool' in entry) return [uint32(7), Buffer.of(entry.bool ? 1 : 0)];
  if ('text' in entry) return [uint32(8), text(entry.text)];
  if ('texts' in entry) return [uint32(9), uint32(8), uint64(entry.texts.length), ...entry.texts.map(text)];
  const [type, numbers] =
    'int32s' in entry ? [5, Int32Array.from(entry.int32s)] : [6, Float32Array.from(entry.float32s)];
  return [uint32(9), uint32(type), uint64(numbers.length), Buffer.from(numbers.buffer)];
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
