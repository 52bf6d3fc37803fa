import { expectTypeOf, test } from 'vitest';
import {
  type DirectedPair,
  type Format,
  type Input,
  internvl,
  type Pair,
  type PairsSummary,
  type Part,
  pairs,
  type Reading,
  type Sample,
} from './index.js';
import { convertFiles, pairs as pairsOfFile } from './node.js';

const input: Input = new Blob([]);

test('pairs are founding pairs, or directed where directions are asked for', () => {
  expectTypeOf(pairs(input)).toEqualTypeOf<AsyncGenerator<Pair, PairsSummary, undefined>>();
  expectTypeOf(pairs(input, { pairing: ['zh-en'] })).toEqualTypeOf<
    AsyncGenerator<DirectedPair, PairsSummary, undefined>
  >();
  expectTypeOf<Pair['english_question']>().toEqualTypeOf<string>();
  expectTypeOf(pairsOfFile).toBeCallableWith('questions.csv');
  // @ts-expect-error a path means nothing in a browser
  pairs('questions.csv');
  // @ts-expect-error there are four directions
  pairs(input, { pairing: ['fr-zh'] });
});

test('a directed pair is told apart by its direction', () => {
  const check = (pair: DirectedPair) => {
    if (pair.pairing === 'zh-en') expectTypeOf(pair.english_answer).toEqualTypeOf<string>();
    // @ts-expect-error not every direction has it
    return pair.chinese_answer;
  };
  expectTypeOf(check).toBeFunction();
});

test('formats read and write samples; a part is told apart by its type', () => {
  expectTypeOf(internvl).toEqualTypeOf<Format>();
  expectTypeOf<NonNullable<Format['read']>>().returns.toEqualTypeOf<
    AsyncGenerator<Reading, void, undefined>
  >();
  expectTypeOf<NonNullable<Format['write']>>().parameter(0).toEqualTypeOf<AsyncIterable<Sample>>();
  expectTypeOf<Extract<Part, { type: 'image' }>['imageIndex']>().toEqualTypeOf<number>();
  expectTypeOf(convertFiles).parameter(0).toHaveProperty('skipBad');
});
