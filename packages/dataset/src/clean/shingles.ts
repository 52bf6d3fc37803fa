import { mix32 } from './text-key.js';

const han = /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g;

/** Characters of a shingle: 5 for spaced scripts, 3 where at least half of the characters are Chinese or Japanese. */
export function shingleSize(text: string): 3 | 5 {
  return (text.match(han)?.length ?? 0) * 2 >= text.replaceAll(' ', '').length ? 3 : 5;
}

/**
 * The set of character n-grams of a normalised text, as 32-bit hashes in no order; a text shorter than n is one shingle.
 *
 * @returns `[shingles]`, each once
 */
export function shingles(text: string, size: number = shingleSize(text)): Uint32Array {
  const found = new Set<number>();
  const last = Math.max(0, text.length - size);
  for (let at = 0; at <= last; at++) {
    let hash = 0x811c9dc5;
    for (let unit = at; unit < Math.min(at + size, text.length); unit++) {
      hash = Math.imul(hash ^ text.charCodeAt(unit), 0x01000193);
    }
    found.add(mix32(hash) >>> 0);
  }
  return Uint32Array.from(found);
}

/** Share of shingles that two texts have in common: |A ∩ B| / |A ∪ B|. */
export function jaccard(first: Uint32Array, second: Uint32Array): number {
  const set = new Set(first);
  let common = 0;
  for (const shingle of second) if (set.has(shingle)) common++;
  const all = first.length + second.length - common;
  return all === 0 ? 1 : common / all;
}
