import { sha256Of } from '../hash/digest.js';
import type { Layout } from '../write/layout.js';
import type { ConversionFolder, StreamingHash } from './conversion-folder.js';

/** Where writing a data file goes on. */
export interface ResumePoint {
  /** Bytes of the file that count: the start of a tensor, or everything. */
  readonly position: number;
  /** SHA-256 of the whole blocks before `position`. */
  readonly blocks: readonly string[];
  /** Bytes behind the last whole block, up to `position`. */
  readonly head: Uint8Array;
  /** Has taken in everything up to `position`. */
  readonly hash: StreamingHash;
}

export interface ResumeOptions {
  readonly blockBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes checked so far. */
  readonly onChecked?: ((checked: number) => void) | undefined;
}

/**
 * Reads what is there of a data file, compares it with what was noted, and finds the last tensor before which everything is
 * right. Nothing that is wrong is kept: neither a block that was damaged nor anything behind it.
 *
 * @param noted SHA-256 of the blocks of the file, as far as they were written
 */
export async function resumePoint(
  folder: ConversionFolder,
  layout: Layout,
  noted: readonly string[],
  options: ResumeOptions,
): Promise<ResumePoint> {
  const { blockBytes } = options;
  const there = (await folder.size(layout.file)) ?? 0;
  const endOf = (block: number) => Math.min((block + 1) * blockBytes, layout.bytes);
  const beyond = noted.findIndex((_, block) => endOf(block) > there);
  let good = beyond < 0 ? noted.length : beyond;
  for (;;) {
    const found = await check(folder, layout, noted.slice(0, good), options);
    if (typeof found !== 'number') return found;
    good = found;
  }
}

/** The resume point if all these blocks are as noted; else the number of the first that is not. */
async function check(
  folder: ConversionFolder,
  layout: Layout,
  noted: readonly string[],
  { blockBytes, signal, onChecked }: ResumeOptions,
): Promise<ResumePoint | number> {
  const verified = Math.min(noted.length * blockBytes, layout.bytes);
  const position = lastStart(layout, verified);
  const hash = folder.hash();
  for (let block = 0; ; block++) {
    const start = block * blockBytes;
    if (start >= position) {
      return { position, blocks: noted.slice(0, block), head: new Uint8Array(), hash };
    }
    signal?.throwIfAborted();
    const length = Math.min(blockBytes, layout.bytes - start);
    const bytes = await folder.read(layout.file, start, length);
    if ((await sha256Of(bytes)) !== noted[block]) return block;
    const head = bytes.subarray(0, position - start);
    hash.update(head);
    onChecked?.(start + head.length);
    if (head.length < blockBytes) return { position, blocks: noted.slice(0, block), head, hash };
  }
}

/** The start of the tensor that `verified` bytes end in; the end of the file when that is verified. */
function lastStart({ entries, bytes }: Layout, verified: number): number {
  if (verified === bytes) return bytes;
  return entries.findLast(({ offset }) => offset <= verified)?.offset ?? 0;
}
