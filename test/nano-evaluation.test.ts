import { describe, expect, test } from 'vitest';
import { interval, shown } from '../benchmarks/nano/interval.js';
import { isRight } from '../benchmarks/nano/right-answer.js';
import { languageOf } from '../benchmarks/nano/scenes.js';

describe('an answer of the nano model is right', () => {
  const box = { task: 'box', question: '', expected: '红色三角形[[100, 100, 300, 300]]' };

  test('to the letter', () => {
    const question = { task: 'colour', question: 'What color is the star?', expected: 'Red' };
    expect(isRight(question, 'Red')).toBe(true);
    expect(isRight(question, 'red')).toBe(false);
    expect(isRight(question, 'Red.')).toBe(false);
  });

  test('where its box overlaps the true one by half', () => {
    expect(isRight(box, 'red triangle[[100, 100, 300, 300]]')).toBe(true);
    expect(isRight(box, '红色三角形[[100, 100, 300, 200]]')).toBe(true);
    expect(isRight(box, '红色三角形[[100, 100, 300, 199]]')).toBe(false);
    expect(isRight(box, '红色三角形[[300, 300, 400, 400]]')).toBe(false);
    expect(isRight(box, '红色三角形[[300, 300, 100, 100]]')).toBe(false);
    expect(isRight(box, '红色三角形')).toBe(false);
  });

  test('in the language of the answer, of the question where the answer is a number', () => {
    expect(languageOf({ task: 'sign', question: 'What does the sign say?', expected: '出口' })).toBe('zh');
    expect(languageOf({ task: 'count', question: '图中有几个图形？', expected: '3' })).toBe('zh');
    expect(languageOf({ task: 'count', question: 'How many shapes are there?', expected: '3' })).toBe('en');
  });
});

describe('the interval of a share', () => {
  test('is Wilson’s', () => {
    const [low, high] = interval({ right: 81, asked: 263 });
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  test('stays within 0 and 1', () => {
    expect(interval({ right: 0, asked: 10 })[0]).toBe(0);
    expect(interval({ right: 10, asked: 10 })[1]).toBeCloseTo(1, 12);
    expect(interval({ right: 0, asked: 0 })).toEqual([0, 1]);
  });

  test('stands in brackets', () => {
    expect(shown({ right: 5, asked: 10 })).toBe('50 % (24–76)');
    expect(shown({ right: 0, asked: 0 })).toBe('');
  });
});
