/** Seeded numbers from 0 to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const spaces = [
  ' ',
  '  ',
  '\n',
  '\t',
  '\r\n',
  '\x85',
  '\ufeff',
  '\u3000',
  '\xa0',
  '\x1c',
  '\x1f',
  '\u2028',
  '\u200b',
];
const words = [
  'the ',
  'question',
  'InternVL',
  ' user',
  '123',
  '3.14',
  'ing',
  "'s",
  "'S",
  "'LL",
  "'re",
  "'ſ",
  'ſ',
  '▁',
  '▁▁',
  "don't",
];
const odd = ['🤗', '👩‍👩‍👧', '🚀', '𝒜', '\u{20000}', '\0', '\ud800', '\udc00'];
const ranges = [
  [0x20, 0x7f],
  [0x4e00, 0x9fa0],
  [0x80, 0x250],
  [0x391, 0x400],
  [0x904, 0x939],
  [0x1100, 0x1113],
  [0x1161, 0x1176],
  [0xac00, 0xd7a4],
  [0x300, 0x345],
] as const;

/** At most twenty pieces that make tokenizers disagree; about every sixth is one of `tokens`. */
export function randomText(random: () => number, tokens: readonly string[]): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const piece = (): string => {
    const kind = random();
    if (kind < 0.16 && tokens.length > 0) return pick(tokens);
    if (kind < 0.3) return pick(spaces);
    if (kind < 0.42) return pick(words);
    if (kind < 0.48) return pick(odd);
    const [from, to] = kind < 0.75 ? ranges[0] : pick(ranges);
    return String.fromCodePoint(from + Math.floor(random() * (to - from)));
  };
  return Array.from({ length: pick([0, 1, 1, 2, 3, 5, 8, 13, 20]) }, piece).join('');
}

/** The text as UTF-8 can hold it: half a surrogate pair is U+FFFD. */
export function wellFormed(text: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}
