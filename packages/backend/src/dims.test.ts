import { describe, expect, it } from 'vitest';
import { dims } from './dims.js';

describe('dims', () => {
  it('opens a shape', () => {
    const [tiles, rows, columns, channels] = dims({ dims: [7, 32, 32, 64] }, 'tiles', 32, 32, 'C');
    expect([tiles, rows, columns, channels]).toEqual([7, 32, 32, 64]);
  });

  it('holds one name to one size', () => {
    expect(dims({ dims: [4, 4] }, 'n', 'n')).toEqual([4, 4]);
    expect(() => dims({ dims: [4, 5] }, 'n', 'n')).toThrow('Expected a tensor of [n, n], got [4, 5]');
  });

  it('refuses another rank and another size', () => {
    for (const pattern of [['n'], ['n', 3, 'm'], [5, 'n']]) {
      expect(() => dims({ dims: [4, 4] }, ...pattern)).toThrow(
        expect.objectContaining({ code: 'shape-mismatch', facts: { expected: pattern, actual: [4, 4] } }),
      );
    }
  });
});
