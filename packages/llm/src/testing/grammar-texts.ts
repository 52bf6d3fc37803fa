import { Automaton, type State } from '../grammar/automaton.js';
import { constrain } from '../grammar/constrain.js';
import type { Grammar } from '../grammar/grammar.js';
import { type TokenVocabulary, tokenVocabulary } from '../grammar/token-vocabulary.js';
import { argmax } from '../sampling/argmax.js';
import { seededRandom } from '../sampling/seeded-random.js';

const encoder = new TextEncoder();

/** What a text is to a grammar. */
export function reading(grammar: Grammar, text: string | Uint8Array): 'complete' | 'beginning' | 'wrong' {
  const automaton = new Automaton(16);
  let state: State | null = automaton.start(grammar);
  for (const byte of typeof text === 'string' ? encoder.encode(text) : text) {
    state = automaton.step(state, byte);
    if (state === null) return 'wrong';
  }
  return state.accepts ? 'complete' : 'beginning';
}

/**
 * A vocabulary of every byte, twice for some as byte fallback has it, and of pieces that cross the borders of JSON: quotes with
 * commas, digits, halves of characters. The last id ends the answer.
 */
export function pieceVocabulary(): { readonly vocabulary: TokenVocabulary; readonly stopId: number } {
  const pieces = [
    '{"',
    '":',
    '", "',
    '"}',
    '"],',
    '":"',
    '12',
    '0.',
    '007',
    'true',
    'nul',
    'name',
    '\n  ',
    '  ',
    '图形',
  ];
  const half = encoder.encode('é图🙂');
  const tokens: Uint8Array[] = [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...Array.from({ length: 64 }, (_, byte) => Uint8Array.of(32 + byte)),
    ...pieces.map((piece) => encoder.encode(piece)),
    half.subarray(1, 4),
    half.subarray(3, 7),
    half.subarray(0, 7),
  ];
  return { vocabulary: tokenVocabulary((id) => tokens[id], tokens.length), stopId: tokens.length };
}

export interface Drawn {
  readonly bytes: Uint8Array;
  readonly complete: boolean;
  readonly tokens: number;
}

/** Draws an answer with random scores; `warmth` 0 gives every token the same chances at every step of an answer. */
export function draw(
  grammar: Grammar,
  { vocabulary, stopId }: ReturnType<typeof pieceVocabulary>,
  seed: number,
  most = 400,
): Drawn {
  const random = seededRandom(seed);
  const constraint = constrain(grammar, vocabulary)({ vocabulary: stopId + 1, stopIds: new Set([stopId]) });
  const bytes: number[] = [];
  let tokens = 0;
  let complete = constraint.done;
  while (!complete && tokens < most) {
    const scores = Float32Array.from({ length: stopId + 1 }, random);
    constraint.mask(scores);
    const id = argmax(scores);
    constraint.accept(id);
    tokens++;
    bytes.push(...(vocabulary.tree.bytesOf(id) ?? []));
    complete = id === stopId || constraint.done;
  }
  return { bytes: Uint8Array.from(bytes), complete, tokens };
}
