import type { ImageRef } from '../sample/sample.js';

/** What tells that two images are the same: their path or address, or the SHA-256 of their bytes. */
export async function imageKeyOf({ path, url, bytes }: ImageRef): Promise<string | undefined> {
  const name = path ?? url;
  if (name !== undefined || bytes === undefined) return name;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
  return `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
