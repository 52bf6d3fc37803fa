import { InternVLError } from '@internvl/backend';
import type { GrammarNode } from './node.js';
import { productiveNodes, reachable } from './productive.js';

/** What an answer may look like: all texts that match, byte by byte. Made by `jsonSchemaGrammar` or `parseGrammar`. */
export interface Grammar {
  readonly root: GrammarNode;
  /** Parts that no text matches. */
  readonly unproductive: ReadonlySet<GrammarNode>;
}

/** @throws what `none` makes when no text matches */
export function grammarOf(root: GrammarNode, none: () => InternVLError): Grammar {
  const nodes = reachable(root);
  const productive = productiveNodes(nodes);
  if (!productive.has(root)) throw none();
  return { root, unproductive: new Set([...nodes].filter((node) => !productive.has(node))) };
}

/** @throws always */
export function tooComplex(expected: string): never {
  throw new InternVLError(
    'grammar-too-complex',
    `Expected a grammar with ${expected}, got one with more; make it less ambiguous: nest fewer repetitions and name what tells options apart first.`,
  );
}
