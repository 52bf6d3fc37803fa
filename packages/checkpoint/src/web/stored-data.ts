import { InternVLError } from '@internvl/backend';
import type { Manifest, ManifestFile } from '../convert/manifest.js';
import { sha256Of } from '../hash/digest.js';
import type { StoreDirectory } from './store-directory.js';

/** Reads the files of a stored model and compares them with its manifest. */
export class StoredData {
  readonly #directory: StoreDirectory;
  readonly #manifest: Manifest;
  /** Called when a file turns out to be damaged. */
  readonly #onDamage: () => Promise<void>;

  constructor(directory: StoreDirectory, manifest: Manifest, onDamage: () => Promise<void>) {
    this.#directory = directory;
    this.#manifest = manifest;
    this.#onDamage = onDamage;
  }

  /** @throws `file-missing`, `size-mismatch` */
  async checkSizes(): Promise<void> {
    for (const file of this.#manifest.files) await this.#blob(file);
  }

  /** A small file, whole. @throws `file-missing`, `size-mismatch`, `hash-mismatch` */
  async small(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const file = this.#manifest.files.find(({ path }) => path === name);
    if (!file) throw missing(name, this.#manifest);
    const bytes = await this.#bytes(file, await this.#blob(file));
    await this.#compare(file, bytes, file.sha256);
    return bytes;
  }

  /**
   * Bytes of the data file from `offset`, as many as `target` holds. Every block that they lie in is checked.
   *
   * @throws `file-missing`, `size-mismatch`, `hash-mismatch`, `signal.reason`
   */
  async read(
    target: Uint8Array<ArrayBuffer>,
    offset: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const end = offset + target.length;
    const { bytes: size } = this.#blocks();
    for (let block = Math.floor(offset / size); block * size < end; block++) {
      const bytes = await this.#block(block, signal);
      const start = block * size;
      const from = Math.max(0, offset - start);
      const part = bytes.subarray(from, Math.min(bytes.length, end - start));
      target.set(part, Math.max(0, start - offset));
    }
  }

  /** Compares every file. @throws as `read` */
  async verify(
    onChecked: (file: ManifestFile, checked: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.checkSizes();
    for (const file of this.#manifest.files) {
      if (file.blocks) {
        for (let block = 0; block < file.blocks.sha256.length; block++) {
          await this.#block(block, signal);
          onChecked(file, Math.min(file.bytes, (block + 1) * file.blocks.bytes));
        }
      } else {
        signal?.throwIfAborted();
        await this.small(file.path);
        onChecked(file, file.bytes);
      }
    }
  }

  async #block(block: number, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    const { file, bytes: size, sha256 } = this.#blocks();
    const blob = await this.#blob(file);
    const bytes = await this.#bytes(file, blob.slice(block * size, (block + 1) * size));
    await this.#compare(file, bytes, sha256[block]);
    return bytes;
  }

  #blocks(): { readonly file: ManifestFile; readonly bytes: number; readonly sha256: readonly string[] } {
    const { data, files } = this.#manifest;
    const file = files.find(({ path }) => path === data);
    if (!file?.blocks) throw missing(data, this.#manifest);
    return { file, ...file.blocks };
  }

  async #blob({ path, bytes }: ManifestFile): Promise<Blob> {
    const blob = await this.#directory.file(path);
    if (blob?.size === bytes) return blob;
    await this.#onDamage();
    if (!blob) throw missing(path, this.#manifest);
    throw new InternVLError(
      'size-mismatch',
      `Expected ${path} of the stored model to have ${bytes} bytes, it has ${blob.size}; convert the checkpoint again, what is damaged is made anew.`,
      { file: path, expected: bytes, actual: blob.size },
    );
  }

  async #bytes({ path }: ManifestFile, blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return new Uint8Array(await blob.arrayBuffer());
    } catch (cause) {
      // It was rewritten or removed since it was looked at, by another tab.
      throw missing(path, this.#manifest, { cause });
    }
  }

  async #compare({ path }: ManifestFile, bytes: Uint8Array<ArrayBuffer>, expected?: string): Promise<void> {
    const found = await sha256Of(bytes);
    if (found === expected) return;
    await this.#onDamage();
    throw new InternVLError(
      'hash-mismatch',
      `Expected ${path} of the stored model to be as it was written, it has changed; convert the checkpoint again, what is damaged is made anew.`,
      { file: path, algorithm: 'sha256', expected, found },
    );
  }
}

function missing(path: string, { source }: Manifest, options?: ErrorOptions): InternVLError {
  return new InternVLError(
    'file-missing',
    `Expected ${path} in the stored model${source.name === undefined ? '' : ` ${source.name}`}, found none; convert the checkpoint again.`,
    { file: path },
    options,
  );
}
