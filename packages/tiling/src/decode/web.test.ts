import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expected, fixture, sha256 } from '../../test/fixtures.js';
import { decodeImage } from './web.js';

/**
 * A browser's decoder and canvas, small: bitmaps hold RGBA, the 2D canvas premultiplies as real ones do, the texture
 * does not. What it can't show, a real browser's decoders, is outside these tests.
 */
interface FakeBitmap {
  readonly rgba: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly close: () => void;
}

let made: { bitmap: FakeBitmap; options: unknown; closed: boolean }[] = [];
let webgl = true;

function cut(from: FakeBitmap, x: number, y: number, width: number, height: number): Uint8ClampedArray {
  const out = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row++) {
    const at = ((y + row) * from.width + x) * 4;
    out.set(from.rgba.subarray(at, at + width * 4), row * width * 4);
  }
  return out;
}

function remember(rgba: Uint8ClampedArray, width: number, height: number, options: unknown): FakeBitmap {
  const entry = { bitmap: { rgba, width, height, close: () => {} }, options, closed: false };
  entry.bitmap.close = () => {
    entry.closed = true;
  };
  made.push(entry);
  return entry.bitmap;
}

async function createImageBitmap(
  source: Blob | FakeBitmap,
  ...rest: readonly unknown[]
): Promise<FakeBitmap> {
  if (!(source instanceof Blob)) {
    const [x, y, width, height, options] = rest as [number, number, number, number, unknown];
    return remember(cut(source, x, y, width, height), width, height, options);
  }
  // Browsers turn JPEG and PNG whatever they are told.
  const { data, info } = await sharp(await source.arrayBuffer(), { ignoreIcc: true })
    .rotate()
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return remember(new Uint8ClampedArray(data), info.width, info.height, rest[0]);
}

class OffscreenCanvas {
  getContext(kind: string) {
    if (kind === 'webgl2' && !webgl) return null;
    let shown: FakeBitmap | undefined;
    let at: [number, number, number, number] = [0, 0, 0, 0];
    return {
      clearRect: () => {},
      drawImage: (bitmap: FakeBitmap, x: number, y: number, width: number, height: number) => {
        shown = bitmap;
        at = [x, y, width, height];
      },
      getImageData: () => {
        const data = cut(shown!, ...at);
        for (let pixel = 0; pixel < data.length; pixel += 4) {
          if (data[pixel + 3] === 0) data.fill(0, pixel, pixel + 3);
        }
        return { data };
      },
      pixelStorei: () => {},
      bindTexture: () => {},
      createTexture: () => ({}),
      bindFramebuffer: () => {},
      createFramebuffer: () => ({}),
      framebufferTexture2D: () => {},
      getParameter: () => ({}),
      getExtension: () => ({ loseContext: () => {} }),
      texImage2D: (...values: readonly unknown[]) => {
        shown = values[5] as FakeBitmap;
      },
      readPixels: (...values: readonly unknown[]) => {
        (values[6] as Uint8Array).set(shown!.rgba);
      },
    };
  }
}

beforeEach(() => {
  made = [];
  webgl = true;
  vi.stubGlobal('createImageBitmap', createImageBitmap);
  vi.stubGlobal('OffscreenCanvas', OffscreenCanvas);
});
afterEach(() => vi.unstubAllGlobals());

const record = expected().files;
const bytesOf = (name: string) => new Uint8Array(readFileSync(fixture(`tiling/files/${name}`)));

describe('the browser adapter', () => {
  it.each(['rgb.jpg', 'palette.png', 'lossy.webp', 'animated.gif', 'alpha.png', 'palette-transparent.png'])(
    'gives what Pillow gives of %s',
    async (name) => {
      const image = await decodeImage(new Blob([bytesOf(name)]));
      expect(sha256(image.data)).toBe(record[name]!.rgb);
      expect(made.every(({ closed }) => closed)).toBe(true);
      for (const { options } of made) {
        expect(options).toMatchObject({ premultiplyAlpha: 'none', colorSpaceConversion: 'none' });
      }
    },
  );

  it.each(['turned-6.jpg', 'turned-7.png', 'turned-3.webp'])('turns %s only when asked', async (name) => {
    const stored = await decodeImage(bytesOf(name));
    expect(sha256(stored.data)).toBe(record[name]!.rgb);
    expect(stored.notices.map(({ code }) => code)).toEqual(['orientation-ignored']);
    const turned = await decodeImage(bytesOf(name), { exif: true });
    expect(sha256(turned.data)).toBe(record[name]!.turned!.rgb);
    expect([turned.width, turned.height]).toEqual([
      record[name]!.turned!.width,
      record[name]!.turned!.height,
    ]);
    expect(turned.notices).toEqual([]);
  });

  it('tells frames and dropped alpha', async () => {
    expect(await decodeImage(bytesOf('animated.webp'))).toMatchObject({
      frames: 2,
      notices: [{ code: 'first-frame' }],
    });
    expect(await decodeImage(bytesOf('animated.png'))).toMatchObject({ frames: 2 });
    expect(await decodeImage(bytesOf('alpha.png'))).toMatchObject({ notices: [{ code: 'alpha-dropped' }] });
  });

  it('reads images larger than one texture in squares', async () => {
    const width = 2100;
    const source = new Uint8Array(width * 3 * 4).map((_, index) => (index * 7) % 251);
    const png = await sharp(source, { raw: { width, height: 3, channels: 4 } })
      .png()
      .toBuffer();
    const image = await decodeImage(Uint8Array.from(png));
    const want = source.filter((_, index) => index % 4 !== 3);
    expect(Buffer.compare(image.data, want)).toBe(0);
  });

  it.each([
    ['nothing', new Uint8Array(0), 'image-empty'],
    ['text', new TextEncoder().encode('hello, hello'), 'image-unreadable'],
    ['TIFF', bytesOf('rgb.tif'), 'image-unsupported'],
    ['half a JPEG', bytesOf('rgb.jpg').slice(0, 1100), 'image-truncated'],
    ['half a PNG', bytesOf('alpha.png').slice(0, 4000), 'image-truncated'],
    [
      'a damaged PNG',
      bytesOf('alpha.png').map((byte, at) => (at === 60 ? byte ^ 255 : byte)),
      'image-unreadable',
    ],
  ])('refuses %s', async (_name, bytes, code) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code });
  });

  it('checks the declared size before decoding', async () => {
    await expect(decodeImage(bytesOf('rgb.jpg'), { maxPixels: 100 })).rejects.toMatchObject({
      code: 'image-too-large',
    });
    expect(made).toEqual([]);
  });

  it('refuses transparency it could not read exactly', async () => {
    webgl = false;
    await expect(decodeImage(bytesOf('alpha.png'))).rejects.toMatchObject({ code: 'image-unsupported' });
    expect(made.every(({ closed }) => closed)).toBe(true);
  });

  it('rethrows the reason of a signal', async () => {
    const reason = new Error('enough');
    await expect(decodeImage(bytesOf('rgb.jpg'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const work = decodeImage(bytesOf('rgb.jpg'), { signal: controller.signal });
    controller.abort(reason);
    await expect(work).rejects.toBe(reason);
    expect(made.every(({ closed }) => closed)).toBe(true);
  });
});
