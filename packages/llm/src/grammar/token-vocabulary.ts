import { Automaton } from './automaton.js';
import { atOnce, inSlices, type Pause } from './slices.js';
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
 * for 150,000 tokens, and so may a token of the first answers; `readTokenVocabulary` lets others have their turn meanwhile.
 *
 * @throws `invalid-option` when no token has bytes
 */
export function tokenVocabulary(
  tokens: (id: number) => Uint8Array | undefined,
  size: number,
): TokenVocabulary {
  return vocabularyOf(atOnce(tokenTree(tokens, size)), undefined);
}

/**
 * As `tokenVocabulary`, in slices of some 10 Ms with a pause between them; what answers need later is worked out in
 * slices too. `pause` resolves in a later task, so that messages and timers are heard meanwhile.
 *
 * @throws `invalid-option` when no token has bytes
 */
export async function readTokenVocabulary(
  tokens: (id: number) => Uint8Array | undefined,
  size: number,
  { pause }: { readonly pause: Pause },
): Promise<TokenVocabulary> {
  return vocabularyOf(await inSlices(tokenTree(tokens, size), pause), pause);
}

function vocabularyOf(tree: TokenTree, pause: Pause | undefined): TokenVocabulary {
  const automaton = new Automaton(tree.longest);
  return { tree, automaton, masks: new TokenMasks(automaton, tree, pause) };
}
