import { expect, test } from 'vitest';
import { arrayMatrix, collect } from '../testing/matrices.js';
import { storedRows, storedTransposed } from './stored-tensor.js';

test('rows are stored as they are, vectors under their own shape', async () => {
  const stored = storedRows(arrayMatrix('bias', 5, 1), 'float32', [5]);
  expect(stored).toMatchObject({ name: 'bias', type: 'float32', dims: [5], bytes: 20 });
  expect(new Float32Array((await collect(stored.chunks())).buffer)).toEqual(Float32Array.of(0, 1, 2, 3, 4));
});

test.each([1 << 20, 70 * 4, 70, 1])('transposes in bands of %i elements', async (bandElements) => {
  const [rows, columns] = [70, 45];
  const stored = storedTransposed(arrayMatrix('w', rows, columns), 'float32', bandElements);
  expect(stored).toMatchObject({ dims: [columns, rows], bytes: 4 * rows * columns });
  const values = new Float32Array((await collect(stored.chunks())).buffer);
  const expected = Float32Array.from(
    { length: rows * columns },
    (_, at) => (at % rows) * columns + Math.floor(at / rows),
  );
  expect(values).toEqual(expected);
});

test('float16 takes half the bytes', async () => {
  const stored = storedTransposed(arrayMatrix('w', 3, 2), 'float16');
  expect(stored.bytes).toBe(12);
  const bits = new Uint16Array((await collect(stored.chunks())).buffer);
  expect([...bits]).toEqual([0x0000, 0x4000, 0x4400, 0x3c00, 0x4200, 0x4500]);
});
