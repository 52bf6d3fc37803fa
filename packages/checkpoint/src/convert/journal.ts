import type { ConversionFolder } from './conversion-folder.js';

/** Notes of a conversion under way: gone when it is complete. */
export const journalName = 'conversion.journal';

/** Hexadecimal digits of a SHA-256 and the end of the line. */
const LINE = 65;

/** What a conversion notes while it writes its data file. */
export interface Journal {
  /** Notes that one more block of the data file is written. */
  add(sha256: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * SHA-256 of the blocks that a conversion of this key noted, in order; none when it noted nothing, or another one did. A last
 * line that was cut does not count.
 */
export async function readJournal(folder: ConversionFolder, key: string): Promise<readonly string[]> {
  const size = await folder.size(journalName);
  if (size === undefined) return [];
  const text = new TextDecoder().decode(await folder.read(journalName, 0, size));
  const [first, ...lines] = text.split('\n').slice(0, -1);
  if (first !== key) return [];
  const wrong = lines.findIndex((line) => !/^[0-9a-f]{64}$/.test(line));
  return wrong < 0 ? lines : lines.slice(0, wrong);
}

/**
 * Begins the journal of this key, or goes on after its first `blocks` lines.
 *
 * @param key one line of text
 */
export async function openJournal(folder: ConversionFolder, key: string, blocks: number): Promise<Journal> {
  const header = encode(key);
  const file = await folder.open(journalName, blocks === 0 ? 0 : header.length + blocks * LINE);
  try {
    if (blocks === 0) await file.write(header);
    return {
      add: (sha256) => file.write(encode(sha256)),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Writes a journal as if a conversion had stopped behind these blocks. */
export async function restoreJournal(
  folder: ConversionFolder,
  key: string,
  blocks: readonly string[],
): Promise<void> {
  const file = await folder.open(journalName, 0);
  try {
    await file.write(encode([key, ...blocks].join('\n')));
  } finally {
    await file.close();
  }
}

function encode(line: string): Uint8Array {
  return new TextEncoder().encode(`${line}\n`);
}
