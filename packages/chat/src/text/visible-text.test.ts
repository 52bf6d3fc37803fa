import { describe, expect, test } from 'vitest';
import { VisibleText, type VisibleTextOptions } from './visible-text.js';

/** Pushes pieces and checks that what is shown only ever grows, into what the reference makes of the whole. */
function shown(pieces: readonly string[], options?: VisibleTextOptions): string[] {
  const visible = new VisibleText(options);
  return [...pieces.map((piece) => visible.push(piece)), visible.end()];
}

const whole = (pieces: readonly string[], options?: VisibleTextOptions) => shown(pieces, options).join('');

test('text comes through as it comes', () => {
  expect(shown(['The', ' red', ' panda'])).toEqual(['The', ' red', ' panda', '']);
});

describe('space', () => {
  test('at the start is dropped, at the end it waits', () => {
    expect(shown([' \n', '  a ', 'b\n', '\n'])).toEqual(['', 'a', ' b', '', '']);
  });

  test('is what Python calls space', () => {
    expect(whole(['\x1c\x85\u3000a\ufeff\x1f\x85'])).toBe('a\ufeff');
    expect(whole(['\ufeff a'])).toBe('\ufeff a');
  });

  test('stays without strip', () => {
    expect(whole([' a ', '\n'], { strip: false })).toBe(' a \n');
  });

  test('alone is nothing', () => {
    expect(shown([' ', '\n'])).toEqual(['', '', '']);
    expect(whole([])).toBe('');
  });
});

describe('cuts', () => {
  const cuts = ['<|im_end|>'];

  test('end the text, however they are split', () => {
    const text = 'a b <|im_end|> c<|im_end|>';
    for (let at = 0; at <= text.length; at++) {
      expect(whole([text.slice(0, at), text.slice(at)], { cuts })).toBe('a b');
    }
    expect(whole([...text], { cuts })).toBe('a b');
  });

  test('that do not come to an end are text after all', () => {
    expect(shown(['a <|im', '_start', ' <|'], { cuts })).toEqual(['a', ' <|im_start', '', ' <|']);
  });

  test('the first of several wins, and tells which it was', () => {
    const visible = new VisibleText({ cuts: ['wolf', 'fox'] });
    expect(visible.push('a fox, a wolf')).toBe('a');
    expect(visible.cut).toBe('fox');
    expect(visible.push('more')).toBe('');
    expect(visible.end()).toBe('');
  });

  test('an empty one is none', () => {
    expect(whole(['a'], { cuts: [''] })).toBe('a');
  });

  test('overlapping beginnings', () => {
    expect(whole([...'aab'], { cuts: ['ab'] })).toBe('a');
    expect(whole([...'ababac'], { cuts: ['abac'] })).toBe('ab');
  });
});
