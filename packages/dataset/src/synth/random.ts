import { mixed } from '../mix/permutation.js';

/** A stream of random numbers that a seed and a name determine. */
export interface Random {
  /** 0 ≤ x < 1 */
  number(): number;
  /** A whole number, both ends included. */
  integer(from: number, to: number): number;
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Some items of a list, each once, in random order. */
  some<T>(list: readonly T[], count: number): T[];
}

/** The stream of one sample: sfc32 (Chris Doty-Humphrey), seeded by a hash of seed and name, so that samples can be made in any order. */
export function randomStream(seed: number, name: string): Random {
  let [a, b, c, counter] = [seed, mixed(seed, 1), mixed(seed, 2), 1];
  for (let at = 0; at < name.length; at++) {
    a = mixed(a, name.charCodeAt(at));
    b = mixed(b, a);
    c = mixed(c, b);
  }
  const next = (): number => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) next();
  const number = (): number => next() / 2 ** 32;
  const integer = (from: number, to: number): number => from + Math.floor(number() * (to - from + 1));
  const some = <T>(list: readonly T[], count: number): T[] => {
    const rest = [...list];
    for (let at = 0; at < Math.min(count, rest.length); at++) {
      const other = integer(at, rest.length - 1);
      [rest[at], rest[other]] = [rest[other]!, rest[at]!];
    }
    return rest.slice(0, count);
  };
  return {
    number,
    integer,
    between: (from, to) => from + number() * (to - from),
    chance: (probability) => number() < probability,
    pick: (list) => list[integer(0, list.length - 1)]!,
    some,
  };
}
