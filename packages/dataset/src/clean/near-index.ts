import { type MinHasher, type MinHashOptions, minHasher } from './min-hash.js';
import { mix32 } from './text-key.js';

/** What is nearest among the texts before. */
export interface NearText {
  /** Number that `add` gave it. */
  readonly index: number;
  /** Estimate of the Jaccard similarity, 0…1; its standard error is 0.03 at 0.8. */
  readonly similarity: number;
}

export interface NearIndexOptions extends MinHashOptions {
  /** Least similarity that counts; 0.8. */
  readonly threshold?: number | undefined;
}

/**
 * Finds near duplicates among texts that come one by one: MinHash with banded locality-sensitive hashing. A text takes some 500 bytes
 * (a byte of each hash, and a link per band), whatever its length.
 */
export class NearIndex {
  readonly #hasher: MinHasher;
  readonly #threshold: number;
  #capacity = 1 << 10;
  #size = 0;
  /** First text of each bucket, +1; 0 for none. `[bands][2 × capacity]` */
  #heads: Int32Array[];
  /** Next text of the same bucket, +1. `[bands][capacity]` */
  #links: Int32Array[];
  /** Key of each text in each band, to build larger tables from. `[bands][capacity]` */
  #keys: Uint32Array[];
  /** Low byte of each hash. `[capacity × bands × rows]` */
  #bytes: Uint8Array;

  constructor({ threshold = 0.8, ...options }: NearIndexOptions = {}) {
    this.#hasher = minHasher(options);
    this.#threshold = threshold;
    const { bands, rows } = this.#hasher;
    this.#heads = Array.from({ length: bands }, () => new Int32Array(2 * this.#capacity));
    this.#links = Array.from({ length: bands }, () => new Int32Array(this.#capacity));
    this.#keys = Array.from({ length: bands }, () => new Uint32Array(this.#capacity));
    this.#bytes = new Uint8Array(this.#capacity * bands * rows);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * @param shingles `[shingles]` of the text
   * @param group texts of different groups never meet: rows of different images
   * @returns the most similar text before, where one is similar enough; such a text is not added itself
   */
  add(shingles: Uint32Array, group = 0): NearText | undefined {
    const signature = this.#hasher.signature(shingles);
    const keys = this.#bandKeys(signature, group);
    const near = this.#nearest(signature, keys);
    if (near !== undefined) return near;
    if (this.#size === this.#capacity) this.#grow();
    const index = this.#size++;
    for (const [at, hash] of signature.entries()) this.#bytes[index * signature.length + at] = hash & 0xff;
    for (const [band, key] of keys.entries()) {
      this.#keys[band]![index] = key;
      this.#link(band, index);
    }
    return undefined;
  }

  #bandKeys(signature: Uint32Array, group: number): Uint32Array {
    const { bands, rows } = this.#hasher;
    const keys = new Uint32Array(bands);
    for (let band = 0; band < bands; band++) {
      let key = mix32(group ^ band);
      for (let row = 0; row < rows; row++) key = Math.imul(key ^ signature[band * rows + row]!, 0x01000193);
      keys[band] = mix32(key);
    }
    return keys;
  }

  #nearest(signature: Uint32Array, keys: Uint32Array): NearText | undefined {
    const seen = new Set<number>();
    let best: NearText | undefined;
    for (const [band, key] of keys.entries()) {
      for (let at = this.#heads[band]![this.#bucket(key)]!; at > 0; at = this.#links[band]![at - 1]!) {
        const index = at - 1;
        if (this.#keys[band]![index] !== key || seen.has(index)) continue;
        seen.add(index);
        const similarity = this.#similarity(signature, index);
        if (similarity >= this.#threshold && similarity > (best?.similarity ?? 0))
          best = { index, similarity };
      }
    }
    return best;
  }

  /** Of low bytes, one in 256 is equal by chance. */
  #similarity(signature: Uint32Array, index: number): number {
    let equal = 0;
    const start = index * signature.length;
    for (let at = 0; at < signature.length; at++) {
      if (this.#bytes[start + at] === (signature[at]! & 0xff)) equal++;
    }
    return Math.max(0, (equal / signature.length - 1 / 256) / (1 - 1 / 256));
  }

  #bucket(key: number): number {
    return key & (2 * this.#capacity - 1);
  }

  #link(band: number, index: number): void {
    const bucket = this.#bucket(this.#keys[band]![index]!);
    this.#links[band]![index] = this.#heads[band]![bucket]!;
    this.#heads[band]![bucket] = index + 1;
  }

  #grow(): void {
    this.#capacity *= 2;
    const grown = <T extends Int32Array | Uint32Array | Uint8Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    this.#bytes = grown(this.#bytes, new Uint8Array(2 * this.#bytes.length));
    this.#keys = this.#keys.map((keys) => grown(keys, new Uint32Array(this.#capacity)));
    this.#links = this.#links.map(() => new Int32Array(this.#capacity));
    this.#heads = this.#heads.map(() => new Int32Array(2 * this.#capacity));
    for (const band of this.#keys.keys())
      for (let index = 0; index < this.#size; index++) this.#link(band, index);
  }
}
