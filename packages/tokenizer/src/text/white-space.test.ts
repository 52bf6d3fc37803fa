import { expect, test } from 'vitest';
import { stripSpaces } from './white-space.js';

test('strips what Python strips', () => {
  expect(stripSpaces(' \t\n\x1c\x1d\x1e\x1f\x85\xa0\u2028\u3000 a b \x1f\x85')).toBe('a b');
  expect(stripSpaces('\ufeffa\u200b')).toBe('\ufeffa\u200b');
  expect(stripSpaces(' \n ')).toBe('');
});
