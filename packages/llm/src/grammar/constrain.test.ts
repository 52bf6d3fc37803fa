import { describe, expect, test } from 'vitest';
import { seededRandom } from '../sampling/seeded-random.js';
import { pieceVocabulary } from '../testing/grammar-texts.js';
import { Automaton, type State } from './automaton.js';
import { constrain } from './constrain.js';
import { jsonSchemaGrammar } from './json/json-schema-grammar.js';
import { parseGrammar } from './parse-grammar.js';
import { tokenVocabulary } from './token-vocabulary.js';

const encoder = new TextEncoder();
const words = ['a', 'ab', 'b', 'ba', 'abc', 'c', 'a', undefined, ''];
const vocabulary = tokenVocabulary((id) => {
  const word = words[id];
  return word === undefined ? undefined : encoder.encode(word);
}, words.length);
const STOP = 9;
/** Two ids more than there are tokens and a stop id, as padded output heads have. */
const SIZE = 12;

function start(grammar: string, stopIds = [STOP]) {
  const constraint = constrain(
    parseGrammar(grammar),
    vocabulary,
  )({ vocabulary: SIZE, stopIds: new Set(stopIds) });
  return {
    constraint,
    /** Ids that may come. */
    get allowed() {
      const scores = Float32Array.from({ length: SIZE }, (_, id) => id / 10);
      constraint.mask(scores);
      scores.forEach((score, id) => {
        if (score > Number.NEGATIVE_INFINITY) expect(score).toBe(Math.fround(id / 10));
      });
      return [...scores.keys()].filter((id) => scores[id]! > Number.NEGATIVE_INFINITY);
    },
  };
}

describe('tokens that may come', () => {
  test('fit as a whole, all spellings of the same bytes, and nothing without bytes', () => {
    expect(start('root ::= "ab" "d"?').allowed).toEqual([0, 1, 6]);
    expect(start('root ::= [abc]+').allowed).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('the end only where the text is complete', () => {
    const text = start('root ::= "ab" ("c" | "ba")*');
    text.constraint.accept(0);
    expect(text.allowed).toEqual([2]);
    text.constraint.accept(2);
    expect(text.allowed).toEqual([2, 3, 5, STOP]);
    expect(text.constraint.done).toBe(false);
    text.constraint.accept(STOP);
    expect(text.allowed).toEqual([2, 3, 5, STOP]);
  });

  test('nothing can follow a complete text', () => {
    const text = start('root ::= "abc"');
    expect(text.constraint.done).toBe(false);
    text.constraint.accept(4);
    expect(text.constraint.done).toBe(true);
    expect(text.allowed).toEqual([STOP]);
    expect(start('root ::= ""').constraint.done).toBe(true);
  });

  test('a stop id that has bytes, or is past the logits, is a stop id', () => {
    expect(start('root ::= [ab]+', [5, 40]).allowed).toEqual([0, 1, 2, 3, 6]);
    const text = start('root ::= "a" "b"?', [2]);
    text.constraint.accept(0);
    expect(text.allowed).toEqual([2]);
    text.constraint.accept(2);
    expect(text.allowed).toEqual([2]);
  });
});

describe('errors', () => {
  test('no token can go on', () => {
    const text = start('root ::= "az"');
    text.constraint.accept(0);
    expect(() => text.allowed).toThrow(expect.objectContaining({ code: 'grammar-stuck' }));
  });

  test('a token that was not allowed', () => {
    const text = start('root ::= "a"');
    expect(() => text.constraint.accept(2)).toThrow(
      expect.objectContaining({ code: 'grammar-stuck', facts: { id: 2 } }),
    );
  });

  test('a vocabulary without bytes', () => {
    expect(() => tokenVocabulary(() => undefined, 3)).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });

  test('too many ways to read a text', () => {
    const grammar = `root ::= ${'('.repeat(4)}"a"?${'){0,40}'.repeat(4)}`;
    expect(() => start(grammar).allowed).toThrow(expect.objectContaining({ code: 'grammar-too-complex' }));
  });
});

describe('exactly the tokens that can follow, and no other', () => {
  const { vocabulary, stopId } = pieceVocabulary();
  const grammars = [
    parseGrammar('root ::= [a-z"{}]{0,4} ("\\"" | ",")* [^a]*'),
    parseGrammar('root ::= "[" (root ", "?)* "]" | "1"? "12" [0-9]{0,3}'),
    jsonSchemaGrammar({ items: { type: 'string', maxLength: 5 }, maxItems: 3 }),
    jsonSchemaGrammar({
      properties: { name: { type: ['string', 'number'] } },
      additionalProperties: { enum: ['图形', 'é'] },
    }),
    jsonSchemaGrammar(true),
  ];
  test.each(grammars.map((grammar, index) => [index, grammar] as const))('grammar %i', (_index, grammar) => {
    // Byte by byte, without any of what masks share.
    const plain = new Automaton(16);
    const read = (from: State, bytes: Iterable<number>) => {
      let state: State | null = from;
      for (const byte of bytes) state = state && plain.step(state, byte);
      return state;
    };
    for (let seed = 0; seed < 8; seed++) {
      const random = seededRandom(seed);
      const constraint = constrain(
        grammar,
        vocabulary,
      )({ vocabulary: stopId + 1, stopIds: new Set([stopId]) });
      let state = plain.start(grammar);
      for (let tokens = 0; !constraint.done && tokens < 16; tokens++) {
        const scores = new Float32Array(stopId + 1);
        constraint.mask(scores);
        const allowed = [...scores.keys()].filter((id) => scores[id] === 0);
        const follows = (id: number) =>
          id === stopId ? state.accepts : read(state, vocabulary.tree.bytesOf(id)!) !== null;
        expect(allowed).toEqual([...scores.keys()].filter(follows));
        const id = allowed[Math.floor(random() * allowed.length)]!;
        if (id === stopId) break;
        constraint.accept(id);
        state = read(state, vocabulary.tree.bytesOf(id)!)!;
      }
    }
  });
});

test('answers share what is known and do not disturb each other', () => {
  const factory = constrain(parseGrammar('root ::= "ab" | "ba"'), vocabulary);
  const context = { vocabulary: SIZE, stopIds: new Set([STOP]) };
  const [one, other] = [factory(context), factory(context)];
  one.accept(0);
  other.accept(2);
  const scores = [new Float32Array(SIZE), new Float32Array(SIZE)] as const;
  one.mask(scores[0]);
  other.mask(scores[1]);
  expect([scores[0].indexOf(0), scores[1].indexOf(0)]).toEqual([2, 0]);
});

test('a text that goes through more states than are remembered', () => {
  const { vocabulary, stopId } = pieceVocabulary();
  const schema = { type: 'array', items: { type: 'string', maxLength: 3 }, minItems: 600, maxItems: 900 };
  const factory = constrain(jsonSchemaGrammar(schema), vocabulary);
  const context = { vocabulary: stopId + 1, stopIds: new Set([stopId]) };
  const long = factory(context);
  const short = factory(context);
  const scores = new Float32Array(stopId + 1);
  const allowed = (id: number) => {
    scores.fill(0);
    long.mask(scores);
    return scores[id] === 0;
  };
  const write = (text: string) => {
    for (const byte of encoder.encode(text)) long.accept(byte);
  };
  short.accept(91);
  write('[');
  for (let item = 1; item < 600; item++) write('"é1",');
  expect(allowed(93)).toBe(false);
  write('""');
  expect([allowed(93), allowed(44)]).toEqual([true, true]);
  for (let item = 600; item < 900; item++) write(',""');
  expect([allowed(93), allowed(44)]).toEqual([true, false]);
  write(']');
  expect(long.done).toBe(true);
  short.accept(34);
  scores.fill(0);
  short.mask(scores);
  expect([scores[34], scores[10]]).toEqual([0, Number.NEGATIVE_INFINITY]);
});

test('what was forgotten is found out again, in the middle of several answers', () => {
  const grammar = jsonSchemaGrammar({
    properties: { name: { type: 'string', maxLength: 20 }, boxes: { items: { items: { type: 'integer' } } } },
    required: ['name', 'boxes'],
  });
  const other = parseGrammar('root ::= ([a-z]{1,9} | """ root """ | "{" root ":" root "}")');
  const [forgetful, faithful] = [pieceVocabulary(), pieceVocabulary()];
  const context = { vocabulary: forgetful.stopId + 1, stopIds: new Set([forgetful.stopId]) };
  const random = seededRandom(5);
  const pairs = [grammar, other, grammar, other].map((rules) => [
    constrain(rules, forgetful.vocabulary)(context),
    constrain(rules, faithful.vocabulary)(context),
  ]);
  const masked = new Float32Array(context.vocabulary);
  const expected = new Float32Array(context.vocabulary);
  for (let step = 0; step < 200; step++) {
    const [one, reference] = pairs[Math.floor(random() * pairs.length)]!;
    if (one!.done) continue;
    if (step % 3 === 0) forgetful.vocabulary.automaton.forget();
    masked.fill(0);
    expected.fill(0);
    one!.mask(masked);
    reference!.mask(expected);
    expect(masked).toEqual(expected);
    const allowed = [...expected.keys()].filter((id) => expected[id] === 0 && id !== forgetful.stopId);
    const id = allowed[Math.floor(random() * allowed.length)]!;
    one!.accept(id);
    reference!.accept(id);
  }
});
