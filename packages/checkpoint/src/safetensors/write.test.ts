import { expect, test } from 'vitest';
import { bytesSource } from './bytes-source.js';
import { Safetensors } from './safetensors.js';
import { safetensorsPieces, type WritableTensor } from './write.js';

function written(tensors: Record<string, WritableTensor>, metadata?: Record<string, string>): Uint8Array {
  return new Uint8Array(Buffer.concat([...safetensorsPieces(tensors, metadata)]));
}

test('what is written is read back', async () => {
  const whole = Float32Array.of(9, 1, -2.5, Number.NaN, Number.POSITIVE_INFINITY, 0, 9);
  const bytes = written(
    {
      logits: { dims: [1, 5], data: whole.subarray(1, 6) },
      nothing: { dims: [0, 3], data: new Float32Array(0) },
      scalar: { dims: [], data: Float32Array.of(7) },
    },
    { note: 'é' },
  );
  const read = await Safetensors.open([bytesSource('test.safetensors', bytes)]);
  expect(read.names().toSorted()).toEqual(['logits', 'nothing', 'scalar']);
  expect(read.info('logits')).toMatchObject({ dtype: 'F32', shape: [1, 5] });
  expect(await read.read('logits')).toEqual(whole.slice(1, 6));
  expect(await read.read('scalar')).toEqual(Float32Array.of(7));
  await read.close();
});

test('data starts at a multiple of eight bytes', () => {
  for (const name of ['a', 'ab', 'abc', 'abcdefgh']) {
    const [header] = safetensorsPieces({ [name]: { dims: [1], data: Float32Array.of(1) } });
    expect(header!.length % 8).toBe(0);
  }
});

test('dims and data that disagree are refused', () => {
  expect(() => written({ a: { dims: [2, 2], data: new Float32Array(3) } })).toThrow(
    expect.objectContaining({ code: 'shape-mismatch' }),
  );
});
