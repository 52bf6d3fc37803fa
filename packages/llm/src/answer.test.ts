import { describe, expect, it } from 'vitest';
import { Answer } from './answer.js';
import type { ChoiceOptions, ScoredStep } from './generate-options.js';
import { resolveChoice } from './sampling/choice.js';
import { recorded } from './testing/recorded.js';

const logits = Float32Array.of(0, 2, 1, -1);

function answer(options: ChoiceOptions): Answer {
  return new Answer(resolveChoice(options, logits.length), logits.length);
}

describe('greedy, against transformers', () => {
  const { vocabulary, stopIds, maxNewTokens, table, runs } = recorded('beams');
  it.each(runs.filter(({ beams }) => beams === 1))(
    'prompt $prompt, repetition $repetitionPenalty, at least $minNewTokens',
    ({ prompt, repetitionPenalty, minNewTokens, ids }) => {
      const options = { stopIds, maxNewTokens, repetitionPenalty, minNewTokens, penaltyIds: prompt };
      const greedy = new Answer(resolveChoice(options, vocabulary), vocabulary);
      while (greedy.finished === undefined) {
        const seen = [...prompt, ...greedy.ids];
        const start = (seen.at(-2)! * vocabulary + seen.at(-1)!) * vocabulary;
        greedy.next(Float32Array.from(table.slice(start, start + vocabulary)));
      }
      expect(greedy.ids).toEqual(ids[0]);
    },
  );
});

describe('ending', () => {
  it('ends with a stop id, which is among the ids', () => {
    const ending = answer({ stopIds: [1] });
    expect(ending.next(logits)).toEqual({ type: 'token', id: 1, index: 0, stop: true });
    expect([ending.finished, ending.ids]).toEqual(['stop', [1]]);
  });

  it('ends at maxNewTokens, at once when that is 0', () => {
    const ending = answer({ maxNewTokens: 2 });
    ending.next(logits);
    expect(ending.finished).toBeUndefined();
    ending.next(logits);
    expect(ending.finished).toBe('length');
    expect(answer({ maxNewTokens: 0 }).finished).toBe('length');
  });

  it('ends when stopWhen says so', () => {
    const ending = answer({ stopWhen: (ids) => ids.length === 3 });
    for (let index = 0; index < 3; index++) ending.next(logits);
    expect(ending.finished).toBe('stop-string');
  });

  it('holds stop ids back until minNewTokens', () => {
    const ending = answer({ stopIds: [1], minNewTokens: 2 });
    expect([ending.next(logits).id, ending.next(logits).id, ending.next(logits).id]).toEqual([2, 2, 1]);
  });
});

describe('a constraint', () => {
  /** Lets even ids come, and ends behind two tokens. */
  function even() {
    const seen: number[] = [];
    return {
      seen,
      mask(scores: Float32Array) {
        for (let id = 1; id < scores.length; id += 2) scores[id] = Number.NEGATIVE_INFINITY;
      },
      accept(id: number) {
        seen.push(id);
      },
      get done() {
        return seen.length === 2;
      },
    };
  }

  it('says what may come, hears what came, and ends the answer when nothing can follow', () => {
    const constraint = even();
    const ending = answer({ constraint: () => constraint, stopIds: [3] });
    expect(ending.needsLogits).toBe(true);
    expect([ending.next(logits).id, ending.finished]).toEqual([2, undefined]);
    expect([ending.next(logits).id, ending.finished]).toEqual([2, 'stop']);
    expect(constraint.seen).toEqual([2, 2]);
    expect([...logits]).toEqual([0, 2, 1, -1]);
  });

  it('is made for the vocabulary and the stop ids', () => {
    const made: unknown[] = [];
    const constraint = (context: unknown) => {
      made.push(context);
      return even();
    };
    answer({ constraint, stopIds: [3] });
    answer({ constraint });
    expect(made).toEqual([
      { vocabulary: 4, stopIds: new Set([3]) },
      { vocabulary: 4, stopIds: new Set() },
    ]);
  });

  it('holds while sampling, and for every share that is kept', () => {
    for (const options of [{ topK: 1 }, { topP: 0.01 }, { minP: 1 }, { repetitionPenalty: 5 }]) {
      const sampling = answer({ constraint: even, temperature: 5, seed: 1, ...options });
      while (sampling.finished === undefined) sampling.next(logits);
      expect(sampling.ids.every((id) => id % 2 === 0)).toBe(true);
    }
  });
});

describe('numbers', () => {
  it('reports logprobs of the model, not of the penalised scores', () => {
    const total = Math.log(Math.exp(0) + Math.exp(2) + Math.exp(1) + Math.exp(-1));
    const token = answer({ logprobs: 2, repetitionPenalty: 10, penaltyIds: [1] }).next(logits);
    expect(token.id).toBe(2);
    expect(token.logprob).toBeCloseTo(1 - total, 6);
    expect(token.topLogprobs?.map(({ id }) => id)).toEqual([1, 2]);
    expect(token.topLogprobs?.[0]?.logprob).toBeCloseTo(2 - total, 6);
    expect(answer({ logprobs: 0 }).next(logits)).not.toHaveProperty('topLogprobs');
  });

  it('shows logits and scores to onScores and leaves the logits as they were', () => {
    const steps: ScoredStep[] = [];
    answer({ temperature: 0.5, seed: 1, onScores: (step) => steps.push(step) }).next(logits);
    expect([...steps[0]!.logits]).toEqual([0, 2, 1, -1]);
    expect([...steps[0]!.scores]).toEqual([0, 4, 2, -2]);
    answer({ onScores: (step) => steps.push(step) }).next(logits);
    expect(steps[1]!.scores).toBe(logits);
  });

  it('samples alike from the same seed', () => {
    const ids = (seed: number) => {
      const sampling = answer({ temperature: 2, seed, maxNewTokens: 30 });
      while (sampling.finished === undefined) sampling.next(logits);
      return sampling.ids;
    };
    expect(ids(1)).toEqual(ids(1));
    expect(ids(1)).not.toEqual(ids(2));
  });
});

describe('options', () => {
  it.each<[keyof ChoiceOptions, ChoiceOptions]>([
    ['temperature', { temperature: -1 }],
    ['temperature', { temperature: Number.NaN }],
    ['topP', { topP: 1.1 }],
    ['topK', { topK: 1.5 }],
    ['minP', { minP: -0.1 }],
    ['repetitionPenalty', { repetitionPenalty: 0 }],
    ['presencePenalty', { presencePenalty: Number.NaN }],
    ['frequencyPenalty', { frequencyPenalty: Number.POSITIVE_INFINITY }],
    ['seed', { seed: 0.5 }],
    ['logprobs', { logprobs: 5 }],
    ['minNewTokens', { minNewTokens: -1 }],
    ['maxNewTokens', { maxNewTokens: 1.5 }],
    ['stopIds', { stopIds: [-1] }],
  ])('refuses a bad %s', (option, options) => {
    expect(() => answer(options)).toThrow(
      expect.objectContaining({ code: 'invalid-option', facts: expect.objectContaining({ option }) }),
    );
  });
});
