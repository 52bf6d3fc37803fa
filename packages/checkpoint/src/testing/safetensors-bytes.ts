/** A tensor to write: float32 values, or bytes as they are. */
export interface TensorToWrite {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

/** A safetensors file, one tensor behind the other in the order given. */
export function safetensorsBytes(tensors: Readonly<Record<string, TensorToWrite>>): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    parts.push(bytes);
  }
  return fileBytes(header, Buffer.concat(parts));
}

/** A file with this header, true or not. */
export function fileBytes(header: unknown, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(text.length), true);
  return Uint8Array.from(Buffer.concat([prefix, text, data]));
}
