import { readFile } from 'node:fs/promises';

/** A recorded tensor. */
export interface Recorded {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** All tensors of a small safetensors file of float32 tensors. */
export async function readFloat32File(path: string): Promise<ReadonlyMap<string, Recorded>> {
  const bytes = await readFile(path);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header: Record<string, { shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    bytes.toString('utf8', 8, 8 + headerBytes),
  );
  const start = 8 + headerBytes;
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            shape,
            data_offsets: [from, to],
          },
        ]) => {
          const data = new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer);
          return [name, { dims: shape, data }];
        },
      ),
  );
}
