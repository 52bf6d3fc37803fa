import { describe, expect, it } from 'vitest';
import { recorded } from '../testing/recorded.js';
import { dynamicTheta } from './inverse-frequencies.js';
import { rotaryRows, writeRotaryRow } from './rotary-rows.js';
import { rotations } from './rotation.js';
import { RowReach } from './row-reach.js';

/** Distance in representable float32 numbers. */
function ulps(a: number, b: number): number {
  const bits = new Int32Array(Float32Array.of(a, b).buffer);
  return Math.abs(bits[0]! - bits[1]!);
}

describe.each(recorded('rope'))('$name, against the reference', (record) => {
  const rotation = rotations(record.rope, record.headSize).of(record.tokens);

  it('has the same frequencies, but for the last bit of a power', () => {
    const { inverseFrequencies } = rotation;
    expect(inverseFrequencies.length).toBe(record.headSize / 2);
    const distances = record.inverseFrequencies.map((expected, index) =>
      ulps(expected, inverseFrequencies[index]!),
    );
    expect(Math.max(...distances)).toBeLessThanOrEqual(2);
    expect(distances.filter((distance) => distance === 0).length).toBeGreaterThan(distances.length / 2);
  });

  it('turns positions alike', () => {
    const columns = record.headSize / 2;
    const rows = rotaryRows(1, columns);
    record.positions.forEach((position, index) => {
      writeRotaryRow(rows, 0, columns, rotation, position);
      // One last bit of a frequency is that many radians away at this position.
      const allowed = 4e-7 + position * 1.2e-7;
      for (let column = 0; column < columns; column++) {
        const frequency = Math.max(record.inverseFrequencies[column]!, 1e-3);
        expect(Math.abs(rows.cos[column]! - record.cos[index]![column]!)).toBeLessThan(
          allowed * frequency + 4e-7,
        );
        expect(Math.abs(rows.sin[column]! - record.sin[index]![column]!)).toBeLessThan(
          allowed * frequency + 4e-7,
        );
      }
    });
  });
});

describe('dynamic NTK', () => {
  const rope = { type: 'dynamic', theta: 1e6, factor: 2, maxPositions: 32768 } as const;

  it.each([
    [2, 40000, 1_449_795.742],
    [2, 65536, 3_052_773.675],
    [3, 40000, 1_675_568.289],
    [2, 32768, 1e6],
  ])('with factor %d at %d tokens has base %d', (factor, tokens, theta) => {
    expect(dynamicTheta({ ...rope, factor }, 128, tokens)).toBeCloseTo(theta, 3);
  });

  it('never goes back to a smaller base within one conversation', () => {
    const reach = new RowReach(rotations(rope, 128));
    expect(reach.next(40000)).toBe(40000);
    reach.extend(0, 40000);
    expect(reach.next(35000)).toBe(40000);
  });
});

describe('su', () => {
  const su = {
    type: 'longrope',
    theta: 10000,
    shortFactor: Array(48).fill(1),
    longFactor: Array(48).fill(2),
    originalMaxPositions: 4096,
    maxPositions: 131072,
  } as const;

  it('scales by the root that the specification gives', () => {
    expect(rotations({ ...su, kind: 'su' }, 96).of(10).scale).toBeCloseTo(1.1902380714, 7);
    expect(rotations({ ...su, kind: 'yarn' }, 96).of(10).scale).toBeCloseTo(0.1 * Math.log(32) + 1, 7);
    expect(rotations({ ...su, kind: 'su', maxPositions: 4096 }, 96).of(10).scale).toBe(1);
  });

  it('keeps cached keys when the factors switch, and knows that they are not reusable then', () => {
    const reach = new RowReach(rotations({ ...su, kind: 'su' }, 96));
    reach.extend(0, 4090);
    expect(reach.matches(4096, 4090)).toBe(true);
    expect(reach.matches(4097, 4090)).toBe(false);
    reach.extend(4090, 4097);
    expect(reach.matches(4096, 4091)).toBe(false);
    expect(reach.matches(4096, 4090)).toBe(true);
    reach.truncate(4090);
    expect(reach.matches(4096, 4097)).toBe(true);
  });
});

it('leaves padded columns unturned', () => {
  const rows = rotaryRows(2, 4);
  writeRotaryRow(rows, 1, 4, rotations({ type: 'default', theta: 100 }, 6).of(5), 5);
  expect([rows.cos[7], rows.sin[7]]).toEqual([1, 0]);
  expect(rows.cos[4]).toBeCloseTo(Math.cos(5), 6);
});
