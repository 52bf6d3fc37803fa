import { PIXEL } from './requests.js';

/** Numbers in [0, 1) from a seed: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const odd: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  -(2 ** 53),
  '',
  'a',
  '\u0000',
  '\ud800',
  '__proto__',
  [],
  [[]],
  {},
  { type: 'text' },
  { url: PIXEL },
  ['a', 1],
  PIXEL,
  'data:',
  'http://127.0.0.1/',
  'scripted',
  { toString: 1 },
  { length: 3 },
  'json_schema',
  'low',
];

/** A copy with one place changed: replaced, taken out, doubled or renamed. */
export function mutated(value: unknown, random: () => number): unknown {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  if (random() < 0.15 || typeof value !== 'object' || value === null) return pick(odd);
  if (Array.isArray(value)) {
    const at = Math.floor(random() * value.length);
    if (random() < 0.2) return [...value, ...value];
    if (random() < 0.2) return value.toSpliced(at, 1);
    return value.map((item, index) => (index === at ? mutated(item, random) : item));
  }
  const entries = Object.entries(value);
  const at = Math.floor(random() * entries.length);
  if (random() < 0.1) return Object.fromEntries(entries.toSpliced(at, 1));
  return Object.fromEntries(
    entries.map(([name, item], index) =>
      index === at
        ? [random() < 0.1 ? JSON.stringify(pick(odd)) : name, mutated(item, random)]
        : [name, item],
    ),
  );
}
