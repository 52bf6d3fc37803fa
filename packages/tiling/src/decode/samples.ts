import { TilingError } from '../error.js';

/** Side of the squares that pixels are read in, within every WebGL 2 texture limit. */
const side = 2048;

/** Reads one square of a bitmap as RGBA, row by row from the top. */
type ReadSquare = (
  x: number,
  y: number,
  width: number,
  height: number,
) => Promise<Uint8Array | Uint8ClampedArray>;

function canvasReader(bitmap: ImageBitmap): ReadSquare {
  const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true });
  if (!context)
    throw new TilingError(
      'image-unsupported',
      'Expected a 2D canvas to read pixels from, this browser gives none; decode elsewhere.',
    );
  return async (x, y, width, height) => {
    context.clearRect(0, 0, side, side);
    context.drawImage(bitmap, x, y, width, height, 0, 0, width, height);
    return context.getImageData(0, 0, width, height).data;
  };
}

/** A 2D canvas keeps premultiplied pixels and loses colour where there is little alpha; a texture keeps them all. */
function textureReader(bitmap: ImageBitmap): { read: ReadSquare; close: () => void } {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2', { premultipliedAlpha: false });
  if (!gl) {
    throw new TilingError(
      'image-unsupported',
      'Expected WebGL 2 to read an image with transparency exactly, this browser gives none; pass one without transparency.',
    );
  }
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  return {
    async read(x, y, width, height) {
      const square = await createImageBitmap(bitmap, x, y, width, height, {
        premultiplyAlpha: 'none',
        colorSpaceConversion: 'none',
      });
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, square);
      square.close();
      gl.framebufferTexture2D(
        gl.FRAMEBUFFER,
        gl.COLOR_ATTACHMENT0,
        gl.TEXTURE_2D,
        gl.getParameter(gl.TEXTURE_BINDING_2D),
        0,
      );
      const pixels = new Uint8Array(width * height * 4);
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      return pixels;
    },
    close: () => gl.getExtension('WEBGL_lose_context')?.loseContext(),
  };
}

/** Copies RGB out of a bitmap square by square, at most up to the first transparent pixel when `opaqueOnly`. */
async function collect(
  bitmap: ImageBitmap,
  read: ReadSquare,
  opaqueOnly: boolean,
  signal: AbortSignal | undefined,
) {
  const { width, height } = bitmap;
  const data = new Uint8Array(width * height * 3);
  let transparent = false;
  for (let top = 0; top < height; top += side) {
    for (let left = 0; left < width; left += side) {
      const across = Math.min(side, width - left);
      const down = Math.min(side, height - top);
      const pixels = await read(left, top, across, down);
      signal?.throwIfAborted();
      for (let from = 0; from < pixels.length; from += 4) {
        transparent ||= pixels[from + 3] !== 255;
        if (transparent && opaqueOnly) return { data, transparent };
        const pixel = from >> 2;
        const to = ((top + Math.floor(pixel / across)) * width + left + (pixel % across)) * 3;
        data[to] = pixels[from]!;
        data[to + 1] = pixels[from + 1]!;
        data[to + 2] = pixels[from + 2]!;
      }
    }
  }
  return { data, transparent };
}

/**
 * RGB of a bitmap, `[height, width, 3]`, the colour of transparent pixels as the file stores it.
 *
 * @throws `image-unsupported` where the browser gives no canvas, or no WebGL 2 for an image with transparency.
 */
export async function readSamples(bitmap: ImageBitmap, signal: AbortSignal | undefined) {
  const plain = await collect(bitmap, canvasReader(bitmap), true, signal);
  if (!plain.transparent) return plain;
  const texture = textureReader(bitmap);
  try {
    return await collect(bitmap, texture.read, false, signal);
  } finally {
    texture.close();
  }
}
