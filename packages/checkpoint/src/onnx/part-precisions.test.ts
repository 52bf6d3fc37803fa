import { expect, test } from 'vitest';
import { parsePrecision, partPrecisions, precisionText, samePrecision } from './part-precisions.js';

test('a name is for both parts, but four bits are for the language model', () => {
  expect(partPrecisions()).toEqual({ vision: 'fp32', llm: 'fp32' });
  expect(partPrecisions('int8')).toEqual({ vision: 'int8', llm: 'int8' });
  expect(partPrecisions('q4')).toEqual({ vision: 'q8', llm: 'q4' });
  expect(partPrecisions('q4f16')).toEqual({ vision: 'q8f16', llm: 'q4f16' });
  expect(partPrecisions({ llm: 'q4' })).toEqual({ vision: 'fp32', llm: 'q4' });
  expect(partPrecisions({ vision: 'q4', llm: 'q4' })).toEqual({ vision: 'q4', llm: 'q4' });
});

test('texts go both ways', () => {
  for (const text of ['fp32', 'int8', 'int8+q4', 'q8+q4', 'fp32+fp16', 'fp16+q4f16']) {
    expect(precisionText(parsePrecision(text))).toBe(text);
  }
  expect(precisionText(parsePrecision('q4'))).toBe('q8+q4');
  expect(precisionText(parsePrecision('q4f16'))).toBe('q8f16+q4f16');
  expect(parsePrecision('q4+q4')).toEqual({ vision: 'q4', llm: 'q4' });
});

test('table and head have eight bits unless four are asked for', () => {
  expect(parsePrecision('q8+q4+q4')).toEqual({ vision: 'q8', llm: 'q4', head: 'q4' });
  expect(precisionText(parsePrecision('int8+q8f16+q4'))).toBe('int8+q8f16+q4');
  expect(parsePrecision('q8+q4+q8')).toEqual(parsePrecision('q4'));
  expect(partPrecisions({ vision: 'fp32', llm: 'q4', head: 'q8' })).toEqual({ vision: 'fp32', llm: 'q4' });
});

test('the same weights are told from others', () => {
  const [eight, four] = [parsePrecision('q4'), parsePrecision('q8+q4+q4')];
  expect(samePrecision(eight, parsePrecision('q8+q4'))).toBe(true);
  expect(samePrecision(eight, four)).toBe(false);
  expect(samePrecision(eight, four, false)).toBe(true);
});

test.each([
  '',
  'fp8',
  'int8+',
  '+q4',
  'q4+q4+int8',
  'q4+q4+',
  'q4+q4+q4+q4',
  'int8+int8+q4',
  'q4++q4',
  'INT8',
])('"%s" is refused', (text) => {
  expect(() => parsePrecision(text)).toThrow(
    expect.objectContaining({
      code: 'invalid-option',
      facts: expect.objectContaining({ option: 'precision' }),
    }),
  );
});
