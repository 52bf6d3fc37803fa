/**
 * Numbers in [0, 1) that a seed determines: xoshiro128** (Blackman and Vigna, 2018), its state filled by splitmix32.
 * Good enough to sample with, not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let mixed = seed >>> 0;
  const word = () => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let value = mixed;
    value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
    value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
    return (value ^ (value >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [word(), word(), word(), word()];
  const bits = () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
  // 53 bits, so that rare tokens of a large vocabulary keep their share.
  return () => ((bits() >>> 5) * 0x4000000 + (bits() >>> 6)) / 0x20000000000000;
}

function rotateLeft(value: number, count: number): number {
  return (value << count) | (value >>> (32 - count));
}
