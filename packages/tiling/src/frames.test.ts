import { describe, expect, it } from 'vitest';
import { expected } from '../test/fixtures.js';
import { sampleFrames, sampleFramesNative } from './frames.js';

describe('the original rule', () => {
  it.each([
    [100, 8, [6, 18, 31, 43, 56, 68, 80, 93]],
    [300, 16, [9, 28, 46, 65, 84, 102, 121, 140, 159, 177, 196, 215, 233, 252, 271, 289]],
    [4, 8, [0, 0, 1, 1, 2, 2, 2, 3]],
    [1, 3, [0, 0, 0]],
  ])('takes of %i frames in %i segments', (frames, segments, indices) => {
    expect(sampleFrames(frames, { segments })).toEqual(indices);
  });

  it('keeps within a bound in seconds', () => {
    expect(sampleFrames(500, { segments: 8, bound: [2, 6], framesPerSecond: 25 })).toEqual([
      56, 68, 81, 94, 106, 118, 131, 144,
    ]);
  });

  it('equals numpy on random videos', () => {
    for (const { frames, framesPerSecond, segments, bound, indices } of expected().frames) {
      const options = { segments, framesPerSecond, ...(bound ? { bound } : {}) };
      expect(sampleFrames(frames, options), JSON.stringify({ frames, ...options })).toEqual(indices);
    }
  });

  it('takes 32 when not told', () => {
    expect(sampleFrames(1000)).toHaveLength(32);
  });

  it.each([
    [0, {}],
    [2.5, {}],
    [10, { segments: 0 }],
    [10, { bound: [0, 1] as const }],
    [10, { bound: [5, 6] as const, framesPerSecond: 25 }],
    [100, { bound: [3, 1] as const, framesPerSecond: 25 }],
    [100, { bound: [-9, -5] as const, framesPerSecond: 25 }],
    [100, { bound: [0, Number.NaN] as const, framesPerSecond: 25 }],
  ])('refuses %d frames with %o', (frames, options) => {
    expect(() => sampleFrames(frames, options)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});

describe('the rule of transformers', () => {
  it('differs where halves are rounded', () => {
    expect(sampleFramesNative(100, 8)).toEqual([6, 18, 31, 43, 56, 68, 81, 93]);
    expect(sampleFramesNative(3, 3)).toEqual([0, 1, 2]);
  });

  it('gives whole quotients whole', () => {
    // In float64, 3/2 + 2 · 3 … add up just below a whole number for some counts; torch counts in float32.
    for (let frames = 1; frames < 400; frames++) {
      for (const segments of [1, 3, 7, 8, 11]) {
        if (segments > frames) continue;
        const exact = Array.from({ length: segments }, (_, k) =>
          Math.floor(((2 * k + 1) * frames) / (2 * segments)),
        );
        expect(sampleFramesNative(frames, segments)).toEqual(exact);
      }
    }
  });

  it('refuses more segments than frames', () => {
    expect(() => sampleFramesNative(4, 8)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});
