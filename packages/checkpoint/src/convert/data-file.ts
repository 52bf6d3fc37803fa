import { createHash } from 'node:crypto';
import type { Layout } from '../write/layout.js';

export interface WriteDataOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes written so far. */
  readonly onBytes?: ((written: number) => void) | undefined;
}

/**
 * Writes the tensors of a layout from the first byte to the last, each in the chunks it comes in, and zeros between them.
 *
 * @returns SHA-256 of the file, hexadecimal
 * @throws `signal.reason` when aborted; what reading the weights throws
 */
export async function writeData(
  append: (bytes: Uint8Array) => Promise<void>,
  layout: Layout,
  { signal, onBytes }: WriteDataOptions = {},
): Promise<string> {
  const hash = createHash('sha256');
  let written = 0;
  const write = async (bytes: Uint8Array) => {
    signal?.throwIfAborted();
    await append(bytes);
    hash.update(bytes);
    written += bytes.byteLength;
    onBytes?.(written);
  };
  for (const { tensor, offset } of layout.entries) {
    if (offset > written) await write(new Uint8Array(offset - written));
    for await (const chunk of tensor.chunks({ signal })) await write(chunk);
    if (written !== offset + tensor.bytes) {
      throw new RangeError(
        `${tensor.name} wrote ${written - offset} bytes where ${tensor.bytes} were laid out`,
      );
    }
  }
  return hash.digest('hex');
}
