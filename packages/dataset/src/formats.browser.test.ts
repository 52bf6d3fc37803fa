import { expect, test } from 'vitest';
import { type Format, internvl, pairs, parquet, type Sample, sourceOf, webdataset } from './index.js';

const pair = { english_question: 'What, "now"?', chinese_answer: '一只猫\n坐着' };
const table = `\uFEFFEnglish Questions,Chinese Answers\r\n"What, ""now""?","一只猫\n坐着"\r\n`;

const sample: Sample = {
  id: '1',
  images: [{ path: 'a.png', bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1), width: 4, height: 3 }],
  turns: [
    {
      role: 'user',
      parts: [
        { type: 'image', imageIndex: 0 },
        { type: 'text', text: '\nWhat?' },
      ],
    },
    { role: 'assistant', parts: [{ type: 'text', text: '一只猫' }] },
  ],
};

async function file(format: Format, name: string): Promise<File> {
  const pieces: BlobPart[] = [];
  async function* samples() {
    yield sample;
  }
  for await (const piece of format.write?.(samples()) ?? []) pieces.push(new Uint8Array(piece));
  return new File(pieces, name);
}

async function read(format: Format, input: Blob): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const reading of format.read?.(sourceOf(input)) ?? [])
    found.push(reading.sample ?? reading.problems);
  return found;
}

test('a CSV file that was chosen, its stream, and its gzip', async () => {
  const chosen = new File([table], 'questions.csv');
  const packed = new Response(chosen.stream().pipeThrough(new CompressionStream('gzip')));
  for (const input of [chosen, chosen.stream(), await packed.blob()]) {
    const found = [];
    for await (const each of pairs(input)) found.push(each);
    expect(found).toEqual([pair]);
  }
});

test('GB 18030, named and converted', async () => {
  const head = new TextEncoder().encode('English Questions,Chinese Answers\nWhat?,');
  const input = new Blob([head, Uint8Array.of(0xd2, 0xbb, 0xd6, 0xbb, 0xc3, 0xa8, 0xd7, 0xf8)]);
  await expect(pairs(input).next()).rejects.toMatchObject({
    code: 'encoding-other',
    facts: { encoding: 'gb18030' },
  });
  expect((await pairs(input, { encoding: 'gb18030' }).next()).value).toEqual({
    english_question: 'What?',
    chinese_answer: '一只猫坐',
  });
});

test('JSON Lines, Parquet and a tar', async () => {
  expect(await read(parquet, await file(parquet, 'a.parquet'))).toEqual([sample]);
  expect(await read(webdataset, await file(webdataset, 'a.tar'))).toEqual([sample]);
  const { bytes: _, ...image } = sample.images[0] ?? {};
  expect(await read(internvl, await file(internvl, 'a.jsonl'))).toEqual([{ ...sample, images: [image] }]);
});

test('the name of a file is in its problems', async () => {
  const cut = new File(['PAR1 and no more PAR1'], 'cut.parquet');
  await expect(read(parquet, cut)).rejects.toMatchObject({
    code: 'parquet-unreadable',
    facts: { file: 'cut.parquet' },
  });
});
