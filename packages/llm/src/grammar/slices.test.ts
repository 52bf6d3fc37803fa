import { describe, expect, test } from 'vitest';
import { seededRandom } from '../sampling/seeded-random.js';
import { constrain } from './constrain.js';
import { jsonSchemaGrammar } from './json/json-schema-grammar.js';
import { parseGrammar } from './parse-grammar.js';
import { readTokenVocabulary, tokenVocabulary } from './token-vocabulary.js';

const SIZE = 30_000;
const STOP = SIZE;
const random = seededRandom(7);
/** All bytes, then pieces of one to twelve characters, some of them twice. */
const tokens = Array.from({ length: SIZE }, (_, id) => {
  if (id < 256) return Uint8Array.of(id);
  const letters = 'aeinorst lumcdp{}[]":,0123456789';
  const length = 1 + Math.floor(random() * 12);
  const text = Array.from({ length }, () => letters[Math.floor(random() * letters.length)]);
  return new TextEncoder().encode(text.join(''));
});
const context = { vocabulary: SIZE + 1, stopIds: new Set([STOP]) };
const anything = parseGrammar('root ::= [^"]* "\\"" [a-z]{0,9}');
const schema = jsonSchemaGrammar({ properties: { name: { type: 'string' }, tags: { items: {} } } });

/** A vocabulary that counts its pauses, and the tokens read between them. */
async function sliced(onPause: () => void = () => {}) {
  const seen = { pauses: 0, mostRead: 0 };
  let read = 0;
  const bytesOf = (id: number) => {
    seen.mostRead = Math.max(seen.mostRead, ++read);
    return tokens[id];
  };
  const pause = async () => {
    seen.pauses++;
    read = 0;
    onPause();
  };
  return { vocabulary: await readTokenVocabulary(bytesOf, SIZE, { pause }), seen };
}

/** Ids that may come. */
function allowed(mask: (scores: Float32Array) => void): number[] {
  const scores = new Float32Array(SIZE + 1);
  mask(scores);
  return [...scores.keys()].filter((id) => scores[id] === 0);
}

describe('in slices', () => {
  test('the vocabulary is read, and is the same', async () => {
    const { vocabulary, seen } = await sliced();
    const { bytes, depths, ends, tokens: atNodes, twins, longest } = vocabulary.tree;
    expect({ bytes, depths, ends, atNodes, twins, longest }).toEqual(
      (({ tokens: atNodes, bytes, depths, ends, twins, longest }) => ({
        bytes,
        depths,
        ends,
        atNodes,
        twins,
        longest,
      }))(tokenVocabulary((id) => tokens[id], SIZE).tree),
    );
    expect(seen.pauses).toBeGreaterThan(10);
    expect(seen.mostRead).toBeLessThanOrEqual(4096);
  });

  test.each([
    ['a grammar', anything],
    ['a schema', schema],
  ])('%s allows the same tokens all along an answer', async (_, grammar) => {
    const { vocabulary, seen } = await sliced();
    const constraint = constrain(grammar, vocabulary)(context);
    const plain = constrain(
      grammar,
      tokenVocabulary((id) => tokens[id], SIZE),
    )(context);
    const choose = seededRandom(3);
    let waits = 0;
    for (let count = 0; count < 12 && !plain.done; count++) {
      const { pauses } = seen;
      const ready = constraint.ready?.();
      if (ready) waits++;
      // Others that wait for the same place wait for the same work.
      expect(ready === undefined || constraint.ready?.() === ready).toBe(true);
      await ready;
      expect(seen.pauses > pauses).toBe(ready !== undefined);
      expect(constraint.ready?.()).toBeUndefined();
      const may = allowed((scores) => constraint.mask(scores));
      expect(may).toEqual(allowed((scores) => plain.mask(scores)));
      const id = may[Math.floor(choose() * may.length)]!;
      if (id === STOP) break;
      constraint.accept(id);
      plain.accept(id);
    }
    expect(waits).toBeGreaterThan(0);
    // Everything is known by now.
    expect(constrain(grammar, vocabulary)(context).ready?.()).toBeUndefined();
  });

  test('the same place in several answers is worked out once', async () => {
    const { vocabulary, seen } = await sliced();
    const [one, other] = [0, 1].map(() => constrain(anything, vocabulary)(context));
    const { pauses } = seen;
    await one!.ready?.();
    const once = seen.pauses - pauses;
    const fresh = await sliced();
    const before = fresh.seen.pauses;
    await Promise.all([0, 1, 2].map(() => constrain(anything, fresh.vocabulary)(context).ready?.()));
    expect(fresh.seen.pauses - before).toBe(once);
    expect(other!.ready?.()).toBeUndefined();
  });

  test('what is forgotten on the way is worked out when it is needed', async () => {
    let forget = () => {};
    const { vocabulary } = await sliced(() => forget());
    const constraint = constrain(anything, vocabulary)(context);
    forget = () => vocabulary.automaton.forget();
    await constraint.ready?.();
    forget = () => {};
    // Not again for the same token: a vocabulary that goes on forgetting could keep an answer waiting for ever.
    expect(constraint.ready?.()).toBeUndefined();
    const plain = constrain(
      anything,
      tokenVocabulary((id) => tokens[id], SIZE),
    )(context);
    expect(allowed((scores) => constraint.mask(scores))).toEqual(allowed((scores) => plain.mask(scores)));
  });

  test('what fails is told by mask', async () => {
    const { vocabulary } = await sliced();
    const grammar = parseGrammar(`root ::= ${'('.repeat(4)}"a"?${'){0,40}'.repeat(4)}`);
    expect(() => constrain(grammar, vocabulary)(context)).toThrow(
      expect.objectContaining({ code: 'grammar-too-complex' }),
    );
  });
});

test('a vocabulary that is read at once has nothing to wait for', () => {
  const vocabulary = tokenVocabulary((id) => tokens[id], SIZE);
  expect(constrain(anything, vocabulary)(context).ready?.()).toBeUndefined();
});
