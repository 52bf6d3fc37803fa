import { InternVLError } from '@internvl/backend';

/** A float32 tensor to write. */
export interface WritableTensor {
  /** Row-major, outermost first. */
  readonly dims: readonly number[];
  /** `[product of dims]` */
  readonly data: Float32Array;
}

/** Data starts at a multiple of this many bytes, so that a reader may map it. */
const ALIGNMENT = 8;

/**
 * A safetensors file of float32 tensors, piece by piece: the header, then the data of each tensor in the order given. The
 * pieces are views of the tensors; write them before anything else changes those.
 *
 * @param metadata texts for the header's `__metadata__`
 * @throws `shape-mismatch` when a tensor's dims and data disagree
 * @see the Format section of the safetensors README
 */
export function* safetensorsPieces(
  tensors: Readonly<Record<string, WritableTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array, void, void> {
  const entries: Record<string, object> = {};
  if (Object.keys(metadata).length > 0) entries.__metadata__ = metadata;
  let offset = 0;
  for (const [name, { dims, data }] of Object.entries(tensors)) {
    const elements = dims.reduce((product, dim) => product * dim, 1);
    if (elements !== data.length) {
      throw new InternVLError(
        'shape-mismatch',
        `Expected ${elements} numbers for ${name} [${dims.join(', ')}], got ${data.length}; pass data and dims that agree.`,
        { name, dims, length: data.length },
      );
    }
    entries[name] = { dtype: 'F32', shape: dims, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const header = new TextEncoder().encode(JSON.stringify(entries));
  const padded = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
  const start = new Uint8Array(8 + padded).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(padded), true);
  start.set(header, 8);
  yield start;
  for (const { data } of Object.values(tensors)) {
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}
