import { InternVLError } from '@internvl/backend';
import type { ConstraintFactory, TokenConstraint } from '../token-constraint.js';
import type { State } from './automaton.js';
import type { Grammar } from './grammar.js';
import { applyMask } from './token-mask.js';
import type { TokenVocabulary } from './token-vocabulary.js';

/**
 * Constrains answers to a grammar: pass what it returns as `constraint` to `generate`, for any number of answers, also at the
 * same time. What follows a place in the text is worked out the first time an answer gets there, and remembered for all.
 *
 * A stop id can come only where the text matches the grammar as a whole. The constraint throws `grammar-stuck` when no token of the
 * vocabulary can go on, which takes a vocabulary that lacks single bytes, and `grammar-too-complex`.
 */
export function constrain(grammar: Grammar, vocabulary: TokenVocabulary): ConstraintFactory {
  return ({ stopIds }) => new GrammarConstraint(grammar, vocabulary, stopIds);
}

class GrammarConstraint implements TokenConstraint {
  readonly #vocabulary: TokenVocabulary;
  readonly #stopIds: ReadonlySet<number>;
  #state: State;
  /** Whether what may come next was worked out in slices, or is about to be. */
  #asked = false;
  #preparing: Promise<void> | undefined;

  constructor(grammar: Grammar, vocabulary: TokenVocabulary, stopIds: ReadonlySet<number>) {
    this.#vocabulary = vocabulary;
    this.#stopIds = stopIds;
    this.#state = vocabulary.automaton.start(grammar);
  }

  get done(): boolean {
    return this.#state.accepts && this.#state.heads.length === 0;
  }

  ready(): Promise<void> | undefined {
    // Once for each token: what is forgotten meanwhile is worked out by `mask`.
    if (this.#asked || this.done) return this.#preparing;
    this.#asked = true;
    this.#state = this.#vocabulary.automaton.renew(this.#state);
    const preparing = this.#vocabulary.masks.prepare(this.#state);
    const over = () => {
      this.#preparing = undefined;
    };
    // What fails fails again in `mask`, which tells of it.
    this.#preparing = preparing?.then(over, over);
    return this.#preparing;
  }

  mask(scores: Float32Array): void {
    // Another answer may have made the vocabulary forget.
    this.#state = this.#vocabulary.automaton.renew(this.#state);
    const { accepts } = this.#state;
    const mask = this.#vocabulary.masks.of(this.#state);
    if (mask.count === 0 && !accepts) throw stuck();
    const stops = [...this.#stopIds].filter((id) => id < scores.length);
    const kept = stops.map((id) => scores[id]!);
    applyMask(scores, mask, this.#vocabulary.tree.size);
    stops.forEach((id, index) => {
      scores[id] = accepts ? kept[index]! : Number.NEGATIVE_INFINITY;
    });
  }

  accept(id: number): void {
    if (this.#stopIds.has(id)) return;
    const { automaton, tree } = this.#vocabulary;
    let state: State | null = automaton.renew(this.#state);
    for (const byte of tree.bytesOf(id) ?? []) {
      state = automaton.step(state, byte);
      if (state === null) throw refused(id);
    }
    this.#state = state;
    this.#asked = false;
  }
}

function stuck(): InternVLError {
  return new InternVLError(
    'grammar-stuck',
    'Expected a token that goes on as the grammar says, got a vocabulary without one; use characters in the grammar that the tokenizer can write.',
  );
}

function refused(id: number): InternVLError {
  return new InternVLError(
    'grammar-stuck',
    `Expected a token that the grammar allows, got ${id}; call mask before a token is chosen.`,
    { id },
  );
}
