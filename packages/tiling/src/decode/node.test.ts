import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InternVLError } from '@internvl/backend';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expected, fixture, formula, sha256 } from '../../test/fixtures.js';
import { encodePng } from '../encode-png.js';
import { decodeImage } from './node.js';

const record = expected();
const file = (name: string) => fixture(`tiling/files/${name}`);
const bytesOf = (name: string) => new Uint8Array(readFileSync(file(name)));

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => expect.unreachable('it decoded'),
    (reason) => reason,
  );
  if (!InternVLError.is(error)) throw error;
  return error.code;
}

/** Where we differ from Pillow on purpose or for want of the same decoder; each has a test of its own. */
const different = new Set(['grey-16.png', 'rgb.avif', 'animated.avif']);

describe('Pillow’s convert("RGB")', () => {
  it.each(Object.keys(record.files).filter((name) => !different.has(name)))('%s', async (name) => {
    const want = record.files[name]!;
    const image = await decodeImage(file(name));
    expect([image.width, image.height]).toEqual([want.width, want.height]);
    expect(sha256(image.data)).toBe(want.rgb);
  });

  it('a progressive photograph', async () => {
    const image = await decodeImage(fixture('tiling/photo.jpg'));
    expect(sha256(image.data)).toBe(record.photo.rgb);
  });

  it.each(Object.keys(record.files).filter((name) => name.startsWith('turned')))(
    'after exif_transpose of %s',
    async (name) => {
      const want = record.files[name]!.turned!;
      const image = await decodeImage(file(name), { exif: true });
      expect([image.width, image.height]).toEqual([want.width, want.height]);
      expect(sha256(image.data)).toBe(want.rgb);
      expect(image.notices).toEqual([]);
    },
  );
});

describe('where we differ from Pillow', () => {
  it('takes the high byte of 16-bit greyscale, which Pillow turns mostly white', async () => {
    const image = await decodeImage(file('grey-16.png'));
    const high = Uint8Array.from(
      { length: 64 * 48 * 3 },
      (_, index) => ((Math.floor(index / 3) * 7919) % 65536) >> 8,
    );
    expect(Buffer.compare(image.data, high)).toBe(0);
    expect(image.notices.map(({ code }) => code)).toEqual(['sixteen-bit']);
  });

  it('decodes AVIF with other chroma upsampling', async () => {
    const image = await decodeImage(file('rgb.avif'));
    const source = await sharp(file('rgb.tif')).raw().toBuffer();
    let error = 0;
    for (const [index, value] of image.data.entries()) error += (value - source[index]!) ** 2;
    expect(10 * Math.log10(255 ** 2 / (error / image.data.length))).toBeGreaterThan(30);
  });

  it('refuses animated AVIF by name', async () => {
    expect(await codeOf(decodeImage(file('animated.avif')))).toBe('image-unsupported');
  });
});

describe('notices', () => {
  it.each([
    ['rgb.jpg', []],
    ['palette.png', []],
    ['alpha.png', ['alpha-dropped']],
    ['palette-transparent.png', ['alpha-dropped']],
    ['rgba-16.png', ['alpha-dropped', 'sixteen-bit']],
    ['cmyk.jpg', ['cmyk']],
    ['cmyk.tif', ['cmyk']],
    ['profile.jpg', ['profile-ignored']],
    ['turned-6.jpg', ['orientation-ignored']],
    ['turned-1.png', []],
  ])('of %s are %o', async (name, codes) => {
    const image = await decodeImage(file(name));
    expect(image.notices.map(({ code }) => code)).toEqual(codes);
    expect(image.frames).toBe(1);
  });

  it.each([
    ['animated.gif', 3],
    ['animated.webp', 2],
    ['animated.png', 2],
    ['pages.tif', 2],
  ])('of %s tell that the first of %i frames is used', async (name, frames) => {
    const image = await decodeImage(file(name));
    expect(image.frames).toBe(frames);
    expect(image.notices[0]).toMatchObject({
      code: 'first-frame',
      message: expect.stringContaining(`${frames}`),
    });
  });
});

describe('bad input', () => {
  const png = (width: number, height: number) => {
    const bytes = bytesOf('grey.png');
    new DataView(bytes.buffer).setUint32(16, width);
    new DataView(bytes.buffer).setUint32(20, height);
    return bytes;
  };
  const jpeg = (width: number, height: number) => {
    const bytes = bytesOf('grey.jpg');
    const frame = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xc0);
    new DataView(bytes.buffer).setUint16(frame + 5, height);
    new DataView(bytes.buffer).setUint16(frame + 7, width);
    return bytes;
  };

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'image-empty'],
    ['text', new TextEncoder().encode('not an image\n'.repeat(9)), 'image-unreadable'],
    ['a PNG of 0 × 48', png(0, 48), 'image-empty'],
    ['a JPEG of 0 × 0', jpeg(0, 0), 'image-empty'],
    ['a PNG of 100000 × 100000', png(100_000, 100_000), 'image-too-large'],
    ['a JPEG of 65535 × 65535', jpeg(65_535, 65_535), 'image-too-large'],
    ['SVG', new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image-unsupported'],
    ['PDF', new TextEncoder().encode('%PDF-1.7 and so on'), 'image-unsupported'],
    ['BMP', new TextEncoder().encode('BM and so on'), 'image-unsupported'],
    [
      'a PNG with a broken checksum',
      bytesOf('alpha.png').map((byte, at) => (at === 60 ? byte ^ 255 : byte)),
      'image-unreadable',
    ],
  ])('%s', async (_name, bytes, code) => {
    expect(await codeOf(decodeImage(bytes))).toBe(code);
  });

  it.each([
    'rgb.jpg',
    'progressive-420.jpg',
    'turned-6.jpg',
    'alpha.png',
    'palette.png',
    'lossy.webp',
    'rgb.avif',
    'rgb.tif',
    'cmyk.tif',
    'random-1.gif',
  ])('%s cut off anywhere', async (name) => {
    const bytes = bytesOf(name);
    for (const kept of [20, 0.3, 0.6, 0.95]) {
      const length = kept > 1 ? kept : Math.floor(bytes.length * kept);
      expect(await codeOf(decodeImage(bytes.subarray(0, length))), `${length} bytes`).toBe('image-truncated');
    }
  });

  it('random damage gives an image or a typed error, never anything else', async () => {
    let state = 1;
    const next = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % below;
    };
    for (const name of ['rgb.jpg', 'palette.png', 'lossy.webp', 'rgb.avif', 'rgb.tif', 'animated.gif']) {
      for (let run = 0; run < 25; run++) {
        const bytes = bytesOf(name);
        for (let hit = 0; hit < 3; hit++) bytes[next(bytes.length)] = next(256);
        try {
          const image = await decodeImage(bytes, { maxPixels: 1_000_000 });
          expect(image.data).toHaveLength(image.width * image.height * 3);
        } catch (error) {
          if (!InternVLError.is(error)) throw error;
        }
      }
    }
  });

  it('a limit of pixels, before decoding', async () => {
    expect(await codeOf(decodeImage(file('rgb.jpg'), { maxPixels: 64 * 48 - 1 }))).toBe('image-too-large');
    expect((await decodeImage(file('rgb.jpg'), { maxPixels: 64 * 48 })).width).toBe(64);
    expect(await codeOf(decodeImage(file('random-1.gif'), { maxPixels: 10 }))).toBe('image-too-large');
    expect(await codeOf(decodeImage(file('rgb.jpg'), { maxPixels: 0 }))).toBe('invalid-option');
  });

  it('a path to nothing, and to a folder', async () => {
    expect(await codeOf(decodeImage(file('absent.png')))).toBe('file-missing');
    expect(await codeOf(decodeImage(fixture('tiling')))).toBe('image-unreadable');
  });

  it('floating-point TIFF', async () => {
    const bytes = await sharp(Buffer.alloc(64 * 4), {
      raw: { width: 8, height: 8, channels: 1, premultiplied: false },
    })
      .toColourspace('b-w')
      .tiff({ compression: 'none' })
      .toBuffer();
    const floats = bytes.slice();
    // BitsPerSample 32 and SampleFormat 3 where the file says 8 and 1.
    const data = new DataView(floats.buffer, floats.byteOffset, floats.length);
    const directory = data.getUint32(4, true);
    for (let entry = 0; entry < data.getUint16(directory, true); entry++) {
      const at = directory + 2 + entry * 12;
      if (data.getUint16(at, true) === 258) data.setUint16(at + 8, 32, true);
      if (data.getUint16(at, true) === 339) data.setUint16(at + 8, 3, true);
    }
    expect(['image-unsupported', 'image-unreadable', 'image-truncated']).toContain(
      await codeOf(decodeImage(floats)),
    );
  });
});

describe('sources', () => {
  it('are paths, file URLs and bytes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'internvl-'));
    try {
      const path = join(folder, 'a picture.png');
      const image = formula(9, 7);
      await writeFile(path, await encodePng(image));
      for (const source of [path, pathToFileURL(path), await encodePng(image)]) {
        expect(Uint8Array.from((await decodeImage(source)).data)).toEqual(image.data);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('give way to a signal, whose reason comes untouched', async () => {
    const reason = new Error('enough');
    await expect(decodeImage(file('rgb.jpg'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const work = decodeImage(fixture('tiling/photo.jpg'), { signal: controller.signal });
    queueMicrotask(() => controller.abort(reason));
    await expect(work).rejects.toBe(reason);
    const late = new AbortController();
    const decoding = decodeImage(bytesOf('rgb.jpg'), { signal: late.signal });
    setImmediate(() => late.abort(reason));
    await decoding.then(
      (image) => expect(image.width).toBe(64),
      (error) => expect(error).toBe(reason),
    );
  });
});

describe('without sharp', () => {
  afterEach(() => {
    vi.doUnmock('sharp');
    vi.resetModules();
  });

  it('says what to install, and still reads GIF', async () => {
    vi.resetModules();
    vi.doMock('sharp', () => {
      throw new Error('Cannot find package');
    });
    const { decodeImage: decode } = await import('./node.js');
    await expect(decode(file('rgb.jpg'))).rejects.toMatchObject({
      code: 'decoder-missing',
      message: expect.stringContaining('npm install sharp'),
    });
    expect((await decode(file('animated.gif'))).width).toBe(64);
  });
});
