import type { GrammarNode } from './node.js';

/** What is still to come: a part of the grammar, and what follows it. Equal ones are the same object. */
export interface Stack {
  readonly id: number;
  /** Undefined at the bottom: nothing is to come. */
  readonly node: GrammarNode | undefined;
  /** How often a repetition has to and may still come. Of a sequence, `min` is how many items are done. */
  readonly min: number;
  readonly max: number;
  readonly rest: Stack | undefined;
  /** Parts above the bottom. */
  readonly depth: number;
  /** Those with this one as their rest, by part and counts. */
  readonly above: Map<string, Stack>;
  /** The same with every count cut down to more than a token can use up: it looks alike to every token. */
  readonly canonical: Stack;
}

/** What every text ends with: nothing is to come. */
export function bottom(): Stack {
  const stack: Stack = {
    id: 0,
    node: undefined,
    min: 0,
    max: 0,
    rest: undefined,
    depth: 0,
    above: new Map(),
    get canonical() {
      return stack;
    },
  };
  return stack;
}

/** The highest stack that both stand on. */
export function sharedOf(one: Stack, other: Stack): Stack {
  let [a, b] = [one, other];
  while (a !== b) {
    if (a.depth >= b.depth) a = a.rest!;
    else b = b.rest!;
  }
  return a;
}

/** Whether its part is a byte, and may be this one. */
export function startsWith({ node }: Stack, byte: number): boolean {
  if (node?.kind !== 'bytes') return false;
  const { ranges } = node;
  for (let at = 0; at < ranges.length; at += 2)
    if (byte >= ranges[at]! && byte <= ranges[at + 1]!) return true;
  return false;
}
