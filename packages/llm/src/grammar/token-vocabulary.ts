import { Automaton } from './automaton.js';
import { TokenMasks } from './token-mask.js';
import { type TokenTree, tokenTree } from './token-tree.js';

/** The tokens of a tokenizer and what grammars have learned of them: make it once and use it for all grammars. */
export interface TokenVocabulary {
  readonly tree: TokenTree;
  readonly automaton: Automaton;
  readonly masks: TokenMasks;
}

/**
 * The vocabulary of a tokenizer. `tokens` gives the bytes that an id puts into a text, undefined for ids that are no
 * text (control tokens, holes); those can never be part of a constrained answer. Ids run from 0 to `size - 1`. It takes about 0.3 s
 * for 150,000 tokens.
 *
 * @throws `invalid-option` when no token has bytes
 */
export function tokenVocabulary(
  tokens: (id: number) => Uint8Array | undefined,
  size: number,
): TokenVocabulary {
  const tree = tokenTree(tokens, size);
  const automaton = new Automaton(tree.longest);
  return { tree, automaton, masks: new TokenMasks(automaton, tree) };
}
