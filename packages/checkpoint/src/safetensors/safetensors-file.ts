import type { ByteReadOptions, ByteSource } from './byte-source.js';
import { truncated } from './bytes-source.js';
import { type HeaderEntry, invalid, MAX_HEADER_BYTES, parseHeader } from './header.js';

/** One safetensors file: a header that has been checked, and bytes behind it that are read when asked for. */
export interface SafetensorsFile {
  readonly source: ByteSource;
  readonly entries: readonly HeaderEntry[];
}

/**
 * Reads and checks the header; leaves the tensors where they are.
 *
 * @throws `safetensors-header`, `dtype-unknown`, `shard-truncated`
 */
export async function openSafetensorsFile(
  source: ByteSource,
  options: ByteReadOptions = {},
): Promise<SafetensorsFile> {
  if (source.size < 8) throw truncated(source.name, 8, source.size);
  const prefix = await source.read(0, 8, options);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    const claim = `it claims a header of ${length} bytes, where ${MAX_HEADER_BYTES} is the format's limit`;
    throw invalid(source.name, claim, { headerBytes: String(length), fileBytes: source.size });
  }
  const json = await source.read(8, Number(length), options);
  return { source, entries: parseHeader(source.name, json, source.size) };
}
