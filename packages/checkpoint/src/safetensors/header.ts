import { InternVLError } from '@internvl/backend';

/** Where one tensor lies in a safetensors file. */
export interface HeaderEntry {
  readonly name: string;
  /** As the file calls it: `'BF16'`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Absolute offset in the file, bytes. */
  readonly start: number;
  readonly bytes: number;
}

/** The format's own limit on the length of the header. */
export const MAX_HEADER_BYTES = 100_000_000;

const dtypeBytes: ReadonlyMap<string, number> = new Map([
  ...['F64', 'I64', 'U64', 'C64'].map((name): [string, number] => [name, 8]),
  ...['F32', 'I32', 'U32'].map((name): [string, number] => [name, 4]),
  ...['F16', 'BF16', 'I16', 'U16'].map((name): [string, number] => [name, 2]),
  ...['BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3', 'F8_E8M0'].map((name): [string, number] => [name, 1]),
]);

/**
 * Reads the JSON header of a safetensors file and checks everything it claims: lengths that follow from dtype and shape,
 * no overlaps, no holes, the whole file accounted for. A file that passes can be read without further checks.
 *
 * Source: the safetensors format and its reference implementation's `Metadata::validate`.
 *
 * @param json the header's bytes, without the eight of its length
 * @param fileSize length of the whole file, bytes
 * @throws `safetensors-header`, `dtype-unknown`, `shard-truncated` when the file ends before its last tensor does
 */
export function parseHeader(file: string, json: Uint8Array, fileSize: number): HeaderEntry[] {
  const dataStart = 8 + json.length;
  const entries: HeaderEntry[] = [];
  for (const [name, value] of Object.entries(parseObject(file, json))) {
    if (name !== '__metadata__') entries.push(parseEntry(file, name, value, dataStart));
  }
  entries.sort((a, b) => a.start - b.start || a.bytes - b.bytes);
  let end = dataStart;
  for (const { name, start, bytes } of entries) {
    if (start !== end) {
      throw invalid(file, `${name} starts at byte ${start}, where ${end} is the end of the tensor before`, {
        tensor: name,
      });
    }
    end = start + bytes;
  }
  if (end > fileSize) {
    throw new InternVLError(
      'shard-truncated',
      `Expected ${file} to be ${end} bytes long, as its header says, found ${fileSize}; fetch the file again.`,
      { file, expected: end, found: fileSize },
    );
  }
  if (end < fileSize) {
    throw invalid(file, `${fileSize - end} bytes follow the last tensor, which ends at ${end}`, {});
  }
  return entries;
}

function parseObject(file: string, json: Uint8Array): object {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw invalid(file, 'its header is not JSON', {}, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(file, 'its header is not a JSON object', {});
  }
  return value;
}

function parseEntry(file: string, name: string, value: unknown, dataStart: number): HeaderEntry {
  if (typeof value !== 'object' || value === null) {
    throw invalid(file, `the entry of ${name} is not an object`, { tensor: name });
  }
  const dtype = 'dtype' in value ? value.dtype : undefined;
  const shape = 'shape' in value ? value.shape : undefined;
  const offsets = 'data_offsets' in value ? value.data_offsets : undefined;
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets)) {
    throw invalid(file, `the entry of ${name} lacks dtype, shape or data_offsets`, { tensor: name });
  }
  const [begin, end, ...rest] = offsets;
  if (begin === undefined || end === undefined || rest.length > 0 || begin > end) {
    throw invalid(file, `the data_offsets of ${name} are [${offsets.join(', ')}]`, { tensor: name, offsets });
  }
  const width = dtypeBytes.get(dtype);
  if (width === undefined) throw dtypeUnknown(file, name, dtype);
  const expected = shape.reduce((product, size) => product * size, width);
  if (end - begin !== expected) {
    const claim = `${name} is ${dtype} [${shape.join(', ')}], ${expected} bytes, but its offsets span ${end - begin}`;
    throw invalid(file, claim, { tensor: name, dtype, shape, expected, found: end - begin });
  }
  return { name, dtype, shape, start: dataStart + begin, bytes: end - begin };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** The error for weights that are stored in something other than float32, float16 or bfloat16. */
export function dtypeUnknown(file: string, tensor: string, dtype: string): InternVLError {
  return new InternVLError(
    'dtype-unknown',
    `Expected ${tensor} in ${file} to be F32, F16 or BF16, found ${dtype}; choose the checkpoint that is not quantised.`,
    { file, tensor, dtype, known: ['F32', 'F16', 'BF16'] },
  );
}

/** The error for a header that contradicts itself or its file. */
export function invalid(
  file: string,
  what: string,
  facts: Readonly<Record<string, unknown>>,
  options?: ErrorOptions,
): InternVLError {
  return new InternVLError(
    'safetensors-header',
    `Expected ${file} to be a valid safetensors file, but ${what}; fetch the file again.`,
    { file, ...facts },
    options,
  );
}
