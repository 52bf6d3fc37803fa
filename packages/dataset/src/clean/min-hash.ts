import { mix32 } from './text-key.js';

export interface MinHashOptions {
  /** Bands of the signature; two texts meet when one band is equal. 20. */
  readonly bands?: number | undefined;
  /** Hashes of a band. 13, so that texts of Jaccard 0.8 meet with probability 0.68 and more, of 0.5 hardly ever. */
  readonly rows?: number | undefined;
  /** 42. */
  readonly seed?: number | undefined;
}

/** Makes signatures whose share of equal places estimates the Jaccard similarity of two sets. */
export interface MinHasher {
  readonly bands: number;
  readonly rows: number;
  /** @returns `[bands × rows]`, good until the next call */
  signature(shingles: Uint32Array): Uint32Array;
}

/** Bands × rows as in NeMo Curator's defaults; hashes are 32-bit multiply-add-shift, seeded. */
export function minHasher({ bands = 20, rows = 13, seed = 42 }: MinHashOptions = {}): MinHasher {
  const size = bands * rows;
  const factors = new Uint32Array(size);
  const addends = new Uint32Array(size);
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix32(state) >>> 0;
  };
  for (let at = 0; at < size; at++) {
    factors[at] = next() | 1;
    addends[at] = next();
  }
  const signature = new Uint32Array(size);
  return {
    bands,
    rows,
    signature(shingles) {
      signature.fill(0xffffffff);
      for (const shingle of shingles) {
        for (let at = 0; at < size; at++) {
          const product = (Math.imul(shingle, factors[at]!) + addends[at]!) | 0;
          const hash = (product ^ (product >>> 15)) >>> 0;
          if (hash < signature[at]!) signature[at] = hash;
        }
      }
      return signature;
    },
  };
}
