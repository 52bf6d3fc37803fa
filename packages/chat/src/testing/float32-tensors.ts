/** A recorded tensor. */
export interface Recorded {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** All tensors of a small safetensors file of float32 tensors. */
export function readFloat32Tensors(bytes: Uint8Array): ReadonlyMap<string, Recorded> {
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const start = 8 + headerBytes;
  const header: Record<string, { shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    new TextDecoder().decode(bytes.subarray(8, start)),
  );
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, { shape, data_offsets: offsets }]) => {
        const data = bytes.slice(start + offsets[0], start + offsets[1]);
        return [name, { dims: shape, data: new Float32Array(data.buffer) }];
      }),
  );
}
