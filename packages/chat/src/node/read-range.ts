import { open } from 'node:fs/promises';

/** Reads a part of a file, for the reference backend. A file that is too short gives fewer bytes. */
export async function readRange(path: string, offset: number, length?: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const wanted = length ?? Math.max(0, (await file.stat()).size - offset);
    const bytes = new Uint8Array(wanted);
    let read = 0;
    while (read < wanted) {
      // One read call of the system takes at most 2 GiB.
      const chunk = Math.min(wanted - read, 2 ** 30);
      const { bytesRead } = await file.read(bytes, read, chunk, offset + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return read === wanted ? bytes : bytes.subarray(0, read);
  } finally {
    await file.close();
  }
}
