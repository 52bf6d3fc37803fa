import { hostTensor, type Tensor } from '@internvl/backend';

/** `IVT` and the version of this form. */
const MAGIC = [0x49, 0x56, 0x54, 1];
const HASH_BYTES = 32;
const HEADER_BYTES = MAGIC.length + HASH_BYTES + 8;

/**
 * Visual tokens `[tokensPerTile, hidden]` as a file: the mark, SHA-256 of the name and all that follows, the two dimensions as
 * uint32, the numbers as float32, all little-endian.
 */
export async function tileFile(
  name: string,
  { dims: [rows = 0, columns = 0], data }: Tensor<'float32'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = new Uint8Array(HEADER_BYTES + 4 * data.length);
  const view = new DataView(file.buffer);
  file.set(MAGIC);
  view.setUint32(MAGIC.length + HASH_BYTES, rows, true);
  view.setUint32(MAGIC.length + HASH_BYTES + 4, columns, true);
  data.forEach((value, index) => {
    view.setFloat32(HEADER_BYTES + 4 * index, value, true);
  });
  file.set(await hashOf(name, file), MAGIC.length);
  return file;
}

/** The visual tokens in a file that was stored under a name; undefined when it is damaged or not of this form. */
export async function readTileFile(
  name: string,
  file: Uint8Array<ArrayBuffer>,
): Promise<Tensor<'float32'> | undefined> {
  if (file.length < HEADER_BYTES || MAGIC.some((byte, at) => file[at] !== byte)) return undefined;
  const told = file.subarray(MAGIC.length, MAGIC.length + HASH_BYTES);
  const hash = await hashOf(name, file);
  if (hash.some((byte, at) => told[at] !== byte)) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const rows = view.getUint32(MAGIC.length + HASH_BYTES, true);
  const columns = view.getUint32(MAGIC.length + HASH_BYTES + 4, true);
  if (file.length !== HEADER_BYTES + 4 * rows * columns) return undefined;
  const data = new Float32Array(rows * columns);
  for (let index = 0; index < data.length; index++) {
    data[index] = view.getFloat32(HEADER_BYTES + 4 * index, true);
  }
  return hostTensor('float32', data, [rows, columns]);
}

/** SHA-256 of the name and what stands behind the hash. */
async function hashOf(name: string, file: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const label = new TextEncoder().encode(name);
  const rest = file.subarray(MAGIC.length + HASH_BYTES);
  const hashed = new Uint8Array(label.length + rest.length);
  hashed.set(label);
  hashed.set(rest, label.length);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', hashed));
}
