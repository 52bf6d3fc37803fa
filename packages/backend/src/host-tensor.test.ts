import { describe, expect, it } from 'vitest';
import { hostTensor } from './host-tensor.js';

describe('hostTensor', () => {
  it('wraps an array without copying', async () => {
    const data = Float32Array.of(1, 2);
    const tensor = hostTensor('float32', data, [2, 1]);
    expect(tensor.data).toBe(data);
    expect(await tensor.getData()).toBe(data);
    expect(tensor).toMatchObject({ type: 'float32', dims: [2, 1], location: 'cpu' });
    tensor.dispose();
    expect(tensor.data).toBe(data);
  });

  it('takes scalars and empty tensors', () => {
    expect(hostTensor('int32', Int32Array.of(5), []).dims).toEqual([]);
    expect(hostTensor('float32', new Float32Array(0), [1, 2, 0, 8]).data).toHaveLength(0);
  });

  it('refuses data that do not fill the sizes', () => {
    expect(() => hostTensor('float32', Float32Array.of(1), [2])).toThrow(
      expect.objectContaining({ code: 'shape-mismatch', facts: { dims: [2], elements: 1 } }),
    );
  });
});
