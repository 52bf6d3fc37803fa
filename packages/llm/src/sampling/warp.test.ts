import { describe, expect, it } from 'vitest';
import { recorded } from '../testing/recorded.js';
import { applyPenalties } from './penalties.js';
import { warp } from './warp.js';

const off = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const unpenalised = { repetitionPenalty: 1, penaltyIds: [], presencePenalty: 0, frequencyPenalty: 0 };

function kept(scores: Float32Array): number[] {
  return [...scores.keys()].filter((index) => scores[index] !== Number.NEGATIVE_INFINITY);
}

describe('against transformers', () => {
  it.each(recorded('warp'))('$options', ({ options, logits, history, kept: expected, scores: numbers }) => {
    const scores = Float32Array.from(logits);
    applyPenalties(scores, { ...unpenalised, ...options, penaltyIds: history }, []);
    warp(scores, { ...off, ...options });
    expect(kept(scores)).toEqual(expected);
    expect([...expected].map((index) => scores[index])).toEqual(numbers.map(Math.fround));
  });
});

describe('cuts', () => {
  it('keeps ties of the last top-k score', () => {
    const scores = Float32Array.of(1, 3, 2, 2, 0);
    warp(scores, { ...off, topK: 2 });
    expect(kept(scores)).toEqual([1, 2, 3]);
  });

  it('keeps the likeliest even at top-p 0', () => {
    const scores = Float32Array.of(1, 3, 2);
    warp(scores, { ...off, topP: 0 });
    expect(kept(scores)).toEqual([1]);
  });

  it('keeps half of four equals at top-p 0.5', () => {
    const scores = new Float32Array(4);
    warp(scores, { ...off, topP: 0.5 });
    expect(kept(scores)).toEqual([2, 3]);
  });

  it('survives a top-k larger than what is left', () => {
    const scores = Float32Array.of(1, Number.NEGATIVE_INFINITY, 2);
    warp(scores, { ...off, topK: 3 });
    expect(kept(scores)).toEqual([0, 2]);
  });
});

describe('presence and frequency', () => {
  it('count new tokens as OpenAI does', () => {
    const scores = Float32Array.of(5, 5, 5);
    applyPenalties(
      scores,
      { ...unpenalised, penaltyIds: [2], presencePenalty: 0.5, frequencyPenalty: 0.25 },
      [0, 1, 1],
    );
    expect([...scores]).toEqual([4.25, 4, 5]);
  });

  it('leaves ids outside the vocabulary alone', () => {
    const scores = Float32Array.of(1, -1);
    applyPenalties(scores, { ...unpenalised, repetitionPenalty: 2, penaltyIds: [1, 99] }, [0]);
    expect([...scores]).toEqual([0.5, -2]);
  });
});
