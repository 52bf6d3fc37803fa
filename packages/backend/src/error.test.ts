import { describe, expect, it } from 'vitest';
import { InternVLError } from './error.js';

describe('InternVLError', () => {
  it('carries code, facts, sentence and cause', () => {
    const cause = new Error('below');
    const error = new InternVLError('file-missing', 'Expected a file.', { path: 'x' }, { cause });
    expect(error).toMatchObject({ name: 'InternVLError', code: 'file-missing', facts: { path: 'x' }, cause });
    expect(String(error)).toBe('InternVLError: Expected a file.');
  });

  it('is known by its brand, also across copies', () => {
    const error = new InternVLError('a', 'b');
    const other = Object.assign(new Error('b'), { code: 'a', [Symbol.for('internvl.error')]: true });
    for (const each of [error, other]) {
      expect(InternVLError.is(each)).toBe(true);
      expect(InternVLError.is(each, 'a')).toBe(true);
      expect(InternVLError.is(each, 'c')).toBe(false);
    }
    for (const each of [new Error('x'), { code: 'a' }, null, 'a']) expect(InternVLError.is(each)).toBe(false);
  });
});
