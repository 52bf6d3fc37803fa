import { describe, expect, it } from 'vitest';
import {
  REPETITION_THRESHOLD,
  repetitionGuess,
  repetitionRatio,
  upstreamRepetitionRatio,
} from './repetition.js';

describe('upstreamRepetitionRatio', () => {
  it('is that of the reference: distinct n-grams that repeat, through all n-grams', () => {
    expect(upstreamRepetitionRatio('x '.repeat(12))).toBeCloseTo(1 / 3, 10);
    expect(upstreamRepetitionRatio('重复重复重复重复')).toBe(0);
    expect(upstreamRepetitionRatio('a b c d e f g h i j')).toBe(0);
    expect(upstreamRepetitionRatio('')).toBe(0);
    expect(upstreamRepetitionRatio('a b a b a b', 2)).toBeCloseTo(2 / 5, 10);
    expect(upstreamRepetitionRatio('a\u2003b\u001ca\u00a0b', 2)).toBeCloseTo(1 / 3, 10);
  });
});

describe('repetitionRatio', () => {
  it.each([
    ['重复重复重复重复', 0.6],
    ['x '.repeat(12), 0.9],
    ['A dog sits on a chair next to the window and looks out.', 0],
    ['一只狗坐在窗边的椅子上，望着外面。', 0],
    ['Yes yes yes', 0],
    ['<box>[[1, 2, 3, 4]]</box>'.repeat(20), 0],
  ])('%s', (text, ratio) => {
    expect(repetitionRatio(text)).toBeCloseTo(ratio, 10);
  });
});

describe('repetitionGuess', () => {
  it('suspects every text that repeats itself too much', () => {
    let state = 11;
    const next = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const words = ['the', 'a', 'red', 'circle', 'left', 'of', 'blue', 'squares', 'is', 'and', 'two', 'large'];
    const characters = [...'图中有一个红色的圆形在左边和两大方块'];
    const { suspects } = repetitionGuess();
    let loops = 0;
    for (let round = 0; round < 3000; round++) {
      const chinese = next(2) === 0;
      const pool = chinese ? characters : words;
      const variety = 1 + next(pool.length);
      const length = 5 + next(120);
      const pieces = Array.from(
        { length },
        (_, at) => pool[next(3) === 0 ? next(pool.length) : at % variety],
      );
      const text = pieces.join(chinese ? '' : ' ');
      if (repetitionRatio(text) <= REPETITION_THRESHOLD) continue;
      loops++;
      expect(suspects(text), text).toBe(true);
    }
    expect(loops).toBeGreaterThan(200);
    expect(suspects('x'.repeat(10_000))).toBe(true);
    expect(suspects('A dog sits on a chair next to the window and looks out at the garden.')).toBe(false);
  });
});
