import { seeded } from './seeded.js';

const words =
  'sea tree house light river stone bird cloud road hand water night day fire wind hill leaf door'.split(' ');

/** A text of so many words that says nothing; another seed, another text. */
export function someWords(count: number, seed: number): string {
  const random = seeded(seed);
  return Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(' ');
}
