import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { imageFolder } from './image-folder.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'internvl-images-'));
  const plain = sharp({ create: { width: 40, height: 30, channels: 3, background: '#336699' } });
  const jpeg = await plain.clone().jpeg().toBuffer();
  const png = await plain.clone().png({ compressionLevel: 0 }).toBuffer();
  const noise = await sharp({
    create: {
      width: 200,
      height: 200,
      channels: 3,
      background: 'grey',
      noise: { type: 'gaussian', mean: 128, sigma: 50 },
    },
  })
    .jpeg()
    .toBuffer();
  const write = (name: string, bytes: Uint8Array | string) => writeFile(join(root, name), bytes);
  await write('plain.jpg', jpeg);
  await write('plain.png', png);
  await write('cut.jpg', noise.subarray(0, noise.length / 2));
  await write('cut.png', png.subarray(0, png.length / 2));
  await write('empty.jpg', '');
  await write('text.jpg', 'this is no picture');
  await write('drawing.png', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await write('cmyk.jpg', await plain.clone().toColourspace('cmyk').jpeg().toBuffer());
  await write('turned.jpg', await plain.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer());
  await write('alpha.png', await plain.clone().ensureAlpha(0.5).png().toBuffer());
  await write('deep.png', await plain.clone().toColourspace('rgb16').png().toBuffer());
  const frames = await sharp(Buffer.alloc(8 * 8 * 2 * 3, 99), { raw: { width: 8, height: 16, channels: 3 } })
    .toBuffer()
    .catch(() => undefined);
  expect(frames).toBeDefined();
  await write('moving.gif', twoFrames());
  await write('bomb.png', declaring(png, 60_000, 60_000));
  await write('no-side.png', declaring(png, 40, 0));
  await write('vast.jpg', '');
  await truncate(join(root, 'vast.jpg'), 2 ** 29);
});
afterAll(() => rm(root, { recursive: true }));

/** A GIF of two frames of one pixel. */
function twoFrames(): Buffer {
  const frame = '21f90400000000002c00000000010001000002024401003b'.slice(0, -2);
  return Buffer.from(`474946383961010001008000000000 00ffffff${frame}${frame}3b`.replaceAll(' ', ''), 'hex');
}

/** The file with another size in its header, and the checksum that goes with it. */
function declaring(png: Buffer, width: number, height: number): Buffer {
  const bytes = Buffer.from(png);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  let crc = 0xffffffff;
  for (const byte of bytes.subarray(12, 29)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  bytes.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 29);
  return bytes;
}

it.each([
  ['plain.jpg', []],
  ['plain.png', []],
  ['cut.jpg', ['image-truncated']],
  ['cut.png', ['image-truncated']],
  ['empty.jpg', ['image-empty']],
  ['text.jpg', ['image-unreadable']],
  ['drawing.png', ['image-unsupported']],
  ['cmyk.jpg', ['image-cmyk']],
  ['turned.jpg', ['image-exif-rotation']],
  ['alpha.png', ['image-alpha']],
  ['deep.png', ['image-16-bit']],
  ['moving.gif', ['image-animated']],
  ['bomb.png', ['image-bomb']],
  ['vast.jpg', ['image-bomb']],
  ['no-side.png', ['image-empty']],
  ['none.jpg', ['image-missing']],
])('%s', async (name, codes) => {
  const { remarks, size } = await imageFolder(root).inspect(name);
  expect(remarks.map(({ code }) => code)).toEqual(codes);
  for (const { message } of remarks) expect(message).not.toContain(root);
  if (/^(plain|turned|alpha|deep|cmyk)/.test(name)) expect(size).toEqual({ width: 40, height: 30 });
});

it('looks only as closely as it is told', async () => {
  const header = imageFolder(root, { depth: 'header' });
  expect(await header.inspect('cut.png')).toEqual({ size: { width: 40, height: 30 }, remarks: [] });
  expect((await header.inspect('text.jpg')).remarks.map(({ code }) => code)).toEqual(['image-unreadable']);
  const exists = imageFolder(root, { depth: 'exists' });
  expect(await exists.inspect('text.jpg')).toEqual({ remarks: [] });
  expect((await imageFolder(root, { maxPixels: 100 }).inspect('plain.jpg')).remarks[0]?.code).toBe(
    'image-bomb',
  );
});

it('an abort is rethrown as it is', async () => {
  const reason = new Error('enough');
  await expect(imageFolder(root).inspect('plain.jpg', AbortSignal.abort(reason))).rejects.toBe(reason);
});
