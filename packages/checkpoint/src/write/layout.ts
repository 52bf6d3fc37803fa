import type { ExternalData } from '@internvl/backend/onnx';
import type { StoredTensor } from './stored-tensor.js';

/** Offsets are multiples of this, a page: runtimes map weights instead of reading them. */
const alignment = 4096;

/** Which bytes of the data file hold which tensor. */
export interface Layout {
  /** Name of the data file. */
  readonly file: string;
  /** Its length in bytes; may be beyond 4 GiB. */
  readonly bytes: number;
  /** In the order of the file. */
  readonly entries: readonly { readonly tensor: StoredTensor; readonly offset: number }[];
  /** Where the tensor of this name lies. */
  locate(name: string): ExternalData;
}

/** Lays tensors out one behind the other; the first of several with one name counts. */
export function layOut(file: string, tensors: Iterable<StoredTensor>): Layout {
  const entries = new Map<string, { tensor: StoredTensor; offset: number }>();
  let bytes = 0;
  for (const tensor of tensors) {
    if (entries.has(tensor.name)) continue;
    const offset = Math.ceil(bytes / alignment) * alignment;
    entries.set(tensor.name, { tensor, offset });
    bytes = offset + tensor.bytes;
  }
  return {
    file,
    bytes,
    entries: [...entries.values()],
    locate(name) {
      const { tensor, offset } = entries.get(name)!;
      return { location: file, offset, length: tensor.bytes };
    },
  };
}
