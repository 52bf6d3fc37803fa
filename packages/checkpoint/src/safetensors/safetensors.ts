import type { ByteSource } from './byte-source.js';
import { dtypeUnknown, type HeaderEntry, invalid } from './header.js';
import { resolveRange, rowRange, tensorMissing } from './range.js';
import { openSafetensorsFile } from './safetensors-file.js';
import type {
  StoredDType,
  TensorInfo,
  TensorRange,
  TensorReadOptions,
  TensorSource,
} from './tensor-source.js';
import { elementBytes, widen } from './widen.js';

interface Located {
  readonly entry: HeaderEntry;
  readonly source: ByteSource;
}

/**
 * The tensors of one safetensors file, or of the shards of one checkpoint together. Only headers are kept in memory.
 * Close it to close the files.
 */
export class Safetensors implements TensorSource {
  readonly #tensors: ReadonlyMap<string, Located>;
  readonly #sources: readonly ByteSource[];

  private constructor(sources: readonly ByteSource[], tensors: ReadonlyMap<string, Located>) {
    this.#sources = sources;
    this.#tensors = tensors;
  }

  /**
   * Reads the headers of all files. When it fails, the sources are closed.
   *
   * @throws `safetensors-header` (also when two files hold the same tensor), `dtype-unknown`, `shard-truncated`
   */
  static async open(sources: readonly ByteSource[], options: TensorReadOptions = {}): Promise<Safetensors> {
    const tensors = new Map<string, Located>();
    try {
      for (const source of sources) {
        const file = await openSafetensorsFile(source, options);
        for (const entry of file.entries) {
          const other = tensors.get(entry.name);
          if (other !== undefined) {
            const claim = `${entry.name} is also in ${other.source.name}`;
            throw invalid(source.name, claim, { tensor: entry.name, other: other.source.name });
          }
          tensors.set(entry.name, { entry, source });
        }
      }
    } catch (error) {
      await closeAll(sources);
      throw error;
    }
    return new Safetensors(sources, tensors);
  }

  names(): readonly string[] {
    return [...this.#tensors.keys()];
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** @throws `tensor-missing`, `dtype-unknown` for integers and for quantised formats */
  info(name: string): TensorInfo {
    return this.#locate(name).info;
  }

  async read(name: string, range: TensorRange = {}): Promise<Float32Array<ArrayBuffer>> {
    return widen(this.info(name).dtype, await this.readBytes(name, range));
  }

  async readRows(
    name: string,
    firstRow: number,
    rowCount: number,
    options: TensorReadOptions = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    return this.read(name, { ...rowRange(this.info(name), firstRow, rowCount), signal: options.signal });
  }

  async readBytes(name: string, range: TensorRange = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { info, entry, source } = this.#locate(name);
    const { first, count } = resolveRange(info, range);
    const width = elementBytes(info.dtype);
    return source.read(entry.start + first * width, count * width, { signal: range.signal });
  }

  /** Name of the file that holds a tensor. @throws `tensor-missing` */
  fileOf(name: string): string {
    return this.#locate(name).source.name;
  }

  async close(): Promise<void> {
    await closeAll(this.#sources);
  }

  #locate(name: string): Located & { readonly info: TensorInfo } {
    const located = this.#tensors.get(name);
    if (located === undefined) {
      throw tensorMissing(name, this.#sources.map((source) => source.name).join(', '));
    }
    const { dtype, shape, bytes } = located.entry;
    if (!isStored(dtype)) throw dtypeUnknown(located.source.name, name, dtype);
    return { ...located, info: { name, dtype, shape, bytes } };
  }
}

async function closeAll(sources: readonly ByteSource[]): Promise<void> {
  await Promise.all(sources.map((source) => source.close()));
}

function isStored(dtype: string): dtype is StoredDType {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}
