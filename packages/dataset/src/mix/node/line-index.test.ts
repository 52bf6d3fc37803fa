import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LineIndex } from './line-index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-lines-'));
});
afterAll(() => rm(folder, { recursive: true }));

const indexOf = async (content: string | Uint8Array): Promise<LineIndex> => {
  const path = join(folder, 'rows.jsonl');
  await writeFile(path, content);
  return LineIndex.open(path);
};

test('rows in any order, whatever ends the lines', async () => {
  const index = await indexOf('{"a":1}\r\n\n  \n{"a":"图"}\n{"a":3}');
  try {
    expect(index.rows).toBe(3);
    expect([await index.read(2), await index.read(0), await index.read(1)]).toEqual([
      '{"a":3}',
      '{"a":1}',
      '{"a":"图"}',
    ]);
    await expect(index.read(3)).rejects.toMatchObject({ code: 'invalid-option' });
  } finally {
    await index.close();
  }
});

test('a file of nothing has no rows', async () => {
  const index = await indexOf('\n\n');
  expect(index.rows).toBe(0);
  await index.close();
});

test('rows across the borders of what is read at once', async () => {
  const rows = Array.from({ length: 300 }, (_, row) => JSON.stringify({ row, text: 'x'.repeat(9000) }));
  const index = await indexOf(rows.join('\n'));
  for (const row of [0, 116, 117, 299]) expect(await index.read(row)).toBe(rows[row]);
  await index.close();
});

test('a compressed file and a missing one are named', async () => {
  await expect(indexOf(gzipSync('{}\n'))).rejects.toThrow('decompress it first');
  await expect(LineIndex.open(join(folder, 'none'))).rejects.toMatchObject({ code: 'file-missing' });
});
