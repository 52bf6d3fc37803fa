/** SHA-256 of bytes that are in memory, hexadecimal; the runtime's own, off this thread. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', bytes));
}

/** The name that Git gives a file's content: SHA-1 over a header with its length, and the bytes. */
export async function gitSha1Of(bytes: Uint8Array): Promise<string> {
  const header = new TextEncoder().encode(`blob ${bytes.length}\0`);
  const message = new Uint8Array(header.length + bytes.length);
  message.set(header);
  message.set(bytes, header.length);
  return hex(await crypto.subtle.digest('SHA-1', message));
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * One key for the content of a checkpoint: SHA-256 over the names and the SHA-256 of its files.
 *
 * @param hashes of configuration, tokenizer and weight files, by name
 */
export async function contentKey(hashes: ReadonlyMap<string, string>): Promise<string> {
  const lines = [...hashes].map(([name, sha256]) => `${name} ${sha256}`).sort();
  return sha256Of(new TextEncoder().encode(lines.join('\n')));
}
