/** A 64-bit hash as two halves. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/** Text as duplicates are looked for: width and form folded (NFKC), lower case, letters and digits alone. */
export function normalisedText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim();
}

/** A 64-bit hash of UTF-16 units; no defence against whoever builds collisions on purpose. */
export function hash64(text: string): Hash64 {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul((low ^ unit) + (low >>> 15), 0x85ebca6b);
  }
  return { high: mix32(high ^ (low >>> 7)) >>> 0, low: mix32(low ^ text.length) >>> 0 };
}

/** The hash as 16 hexadecimal digits. */
export function hashText(text: string): string {
  const { high, low } = hash64(text);
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/** Spreads the bits of a 32-bit number over all of them. */
export function mix32(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
