import { InternVLError } from '@internvl/backend';
import type { ConstraintContext, ConstraintFactory, TokenConstraint } from '../token-constraint.js';
import { Automaton, type State } from './automaton.js';
import type { Grammar } from './grammar.js';
import { applyMask, type TokenMask, tokenMask } from './token-mask.js';
import type { TokenVocabulary } from './token-vocabulary.js';

/** Bytes of masks that are remembered for a grammar. */
const MOST_MASK_BYTES = 2 ** 24;

/**
 * Constrains answers to a grammar: pass what it returns as `constraint` to `generate`, for any number of answers, also at the
 * same time. What follows a place in the text is worked out the first time an answer gets there, and remembered for all.
 *
 * A stop id can come only where the text matches the grammar as a whole. The constraint throws `grammar-stuck` when no token of the
 * vocabulary can go on, which takes a vocabulary that lacks single bytes, and `grammar-too-complex`.
 */
export function constrain(grammar: Grammar, vocabulary: TokenVocabulary): ConstraintFactory {
  const masks = new Masks(grammar, vocabulary);
  return (context) => new GrammarConstraint(masks, vocabulary, context);
}

/** The masks of a grammar by state. */
class Masks {
  readonly automaton: Automaton;
  readonly #vocabulary: TokenVocabulary;
  #known = new WeakMap<State, TokenMask>();
  #bytes = 0;

  constructor(grammar: Grammar, vocabulary: TokenVocabulary) {
    this.automaton = new Automaton(grammar, vocabulary.longest);
    this.#vocabulary = vocabulary;
  }

  of(state: State): TokenMask {
    const canonical = this.automaton.canonical(state);
    const known = this.#known.get(canonical);
    if (known) return known;
    const made = tokenMask(this.automaton, canonical, this.#vocabulary);
    this.#bytes += made.listed.byteLength;
    if (this.#bytes > MOST_MASK_BYTES) {
      this.#known = new WeakMap();
      this.#bytes = made.listed.byteLength;
    }
    this.#known.set(canonical, made);
    return made;
  }
}

class GrammarConstraint implements TokenConstraint {
  readonly #masks: Masks;
  readonly #vocabulary: TokenVocabulary;
  readonly #stopIds: ReadonlySet<number>;
  #state: State;

  constructor(masks: Masks, vocabulary: TokenVocabulary, { stopIds }: ConstraintContext) {
    this.#masks = masks;
    this.#vocabulary = vocabulary;
    this.#stopIds = stopIds;
    this.#state = masks.automaton.start;
  }

  get done(): boolean {
    return this.#state.accepts && this.#state.heads.length === 0;
  }

  mask(scores: Float32Array): void {
    const { accepts } = this.#state;
    const mask = this.#masks.of(this.#state);
    if (mask.count === 0 && !accepts) throw stuck();
    const stops = [...this.#stopIds].filter((id) => id < scores.length);
    const kept = stops.map((id) => scores[id]!);
    applyMask(scores, mask, this.#vocabulary.size);
    stops.forEach((id, index) => {
      scores[id] = accepts ? kept[index]! : Number.NEGATIVE_INFINITY;
    });
  }

  accept(id: number): void {
    if (this.#stopIds.has(id)) return;
    const { automaton } = this.#masks;
    let state: State | null = automaton.renew(this.#state);
    for (const byte of this.#vocabulary.bytesOf(id) ?? []) {
      state = automaton.step(state, byte);
      if (state === null) throw refused(id);
    }
    this.#state = state;
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
